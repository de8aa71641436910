/** The French words of the site, which are the theme's own and not of a page. */

/** Spaces that do not break a line, as French sets them. */
const typeset = (text) => text.replaceAll(" :", "\u00a0:").replaceAll("« ", "«\u00a0").replaceAll(" »", "\u00a0»");

export const WORDS = {
  outline: { level: [2, 3], label: "Sur cette page" },
  docFooter: { prev: "Page précédente", next: "Page suivante" },
  darkModeSwitchLabel: "Apparence",
  lightModeSwitchTitle: "Couleurs claires",
  darkModeSwitchTitle: "Couleurs sombres",
  sidebarMenuLabel: "Menu",
  returnToTopLabel: "Retour en haut",
  langMenuLabel: "Changer de langue",
  skipToContentLabel: "Aller au contenu",
};

export const SEARCH = {
  button: { buttonText: "Chercher", buttonAriaLabel: "Chercher" },
  modal: {
    displayDetails: "Montrer le texte des résultats",
    resetButtonTitle: "Vider la recherche",
    backButtonTitle: "Fermer la recherche",
    noResultsText: typeset("Aucun résultat pour :"),
    footer: {
      selectText: "choisir",
      selectKeyAriaLabel: "entrée",
      navigateText: "parcourir",
      navigateUpKeyAriaLabel: "flèche vers le haut",
      navigateDownKeyAriaLabel: "flèche vers le bas",
      closeText: "fermer",
      closeKeyAriaLabel: "échap",
    },
  },
};

/** What the theme writes into a page itself, where no setting reaches it. */
export const inFrench = (html) => html.replaceAll('title="Copy Code"', 'title="Copier le code"').replaceAll(/aria-label="Permalink to &quot;(.*?)&quot;"/g, typeset('aria-label="Lien vers « $1 »"'));
