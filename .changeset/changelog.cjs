// How a change reads in the changelog: as it was written, one item of a list, without the commit it came with.
exports.getReleaseLine = async ({ summary }) => `- ${summary.trim().replaceAll("\n", "\n  ")}`;
exports.getDependencyReleaseLine = async () => "";
