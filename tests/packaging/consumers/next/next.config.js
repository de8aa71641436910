// The folder lies inside another repository here; a shop of its own needs none of this.
export default {
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  devIndicators: false,
};
