/**
 * The words without which a place may not be shown: they come with the elements and are never waited for.
 */

export const LABELS = {
  en: { discovery: "To discover", sponsored: "Sponsored" },
  fr: { discovery: "À découvrir", sponsored: "Sponsorisé" },
};
