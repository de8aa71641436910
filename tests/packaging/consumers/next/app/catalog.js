export const catalog = ["lamp", "chair", "rug"].flatMap((category) =>
  Array.from({ length: 4 }, (_, i) => ({ id: `${category}-${i}`, title: `${category} ${i}`, category, price: 10 + i })),
);
