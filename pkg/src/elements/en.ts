/**
 * The English words of the elements. The type of this object is the contract of every other language.
 */

import { LABELS } from "./labels.js";

const count = (n: number, one: string, other: string): string => `${n} ${n === 1 ? one : other}`;

/** Of a number as the page writes it. */
const some = (n: string, one: string, other: string): string => `${n} ${n === "1" ? one : other}`;

export const en = {
  // a shelf
  own: "The shop's own order",
  waiting: "Show the new order",
  arranged: "Arranged for you",
  pause: "Pause learning",
  resume: "Learn again",
  plain: "Show the shop's order",
  personal: "Arrange it for me",
  centre: "My preferences",
  erase: "Forget me",
  eraseSure: "Yes, forget everything",
  eraseNo: "No, keep it",
  erased: "Everything is forgotten.",
  ...LABELS.en,
  empty: "Nothing here at the moment.",
  why: "Why this?",
  whyFor: (title: string) => `Why this? ${title}`,
  away: "Not for me",
  awayFor: (title: string) => `Not for me: ${title}`,
  taken: (title: string) => `“${title}” will not come back.`,
  alsoAway: (what: string) => `Nothing more from ${what}`,
  undo: "Undo",
  close: "Close",
  // why
  whyPlain: "This is the shop's own order. Nothing about you was used.",
  whySurprise: "Shown to surprise you: it is off your usual path on purpose.",
  whySum: "These add up to its score.",
  rest: (n: number) => count(n, "smaller reason", "smaller reasons"),
  score: "Score",
  because: (title: string) => `because of “${title}”`,
  // the order
  orderTitle: "How this order is made",
  orderText: "What counts in this list at the moment, by its share of all scores. The shares are read from the engine.",
  orderPlain: "Nothing about you counts in this list: it is in the shop's own order.",
  rulesTitle: "What the shop decided itself",
  rulesNone: "The shop set no rules.",
  rule: {
    pin: (what: string, place: number) => `${what} stands at place ${place}.`,
    boost: (what: string) => `More of: ${what}.`,
    bury: (what: string) => `Less of: ${what}.`,
    exclude: (what: string) => `Never shown: ${what}.`,
    cap: (per: string, max: number) => `At most ${max} of one ${per}.`,
    quota: (what: string, least: string, most: string) => `${least && most ? `At least ${least} and at most ${most}` : least ? `At least ${least}` : `At most ${most}`} for: ${what}.`,
    floor: (what: string, least: string) => `At least ${least}, each in its turn, for: ${what}.`,
    schedule: (what: string) => `Shown at certain moments only: ${what}.`,
    /** A rule that does not always hold. */
    moment: (rule: string) => `${rule} At certain moments only.`,
    other: "Another rule of the shop.",
  },
  places: (n: number) => count(n, "place", "places"),
  placesShare: (percent: string) => `${percent} of the places`,
  and: "and at the same time",
  or: "or",
  not: (what: string) => `anything but ${what}`,
  limit: {
    priceBelow: (n: string) => `cheaper than ${n}`,
    priceAbove: (n: string) => `dearer than ${n}`,
    marginBelow: (n: string) => `with a margin for the shop below ${n}`,
    marginAbove: (n: string) => `with a margin for the shop above ${n}`,
    newerThanDays: (n: string) => `in the shop for less than ${some(n, "day", "days")}`,
    olderThanDays: (n: string) => `in the shop for more than ${some(n, "day", "days")}`,
    makerItemsBelow: (n: string) => `from a maker with fewer than ${some(n, "item", "items")} here`,
  },
  per: { brand: "brand", category: "category", group: "group of variants", kind: "kind" },
  // the dial
  dialTitle: "How much surprise?",
  dialLow: "Familiar",
  dialHigh: "Adventurous",
  dialSaid: (percent: string, found: number, size: number) => `${percent} surprise: ${found} of ${size} places to discover`,
  dialNeeds: "The dial is kept once the shop may learn.",
  // the centre
  centreText: "What this shop knows about you is here, and on this device only.",
  gatesTitle: "What you allow",
  gate: {
    store: "Remember between visits",
    learn: "Learn from what I do",
    rank: "Arrange what I see",
    measure: "Send protected counts",
  },
  held: "This stays off: the shop's privacy settings, or its rules for children, do not allow it.",
  tastesTitle: "Your tastes",
  nothing: "Nothing yet. Look at a few things and come back.",
  share: (percent: string) => `${percent} of your attention`,
  evidence: (n: number) => count(n, "sign", "signs"),
  towards: (what: string) => `You lean towards ${what}`,
  awayFrom: (what: string) => `You lean away from ${what}`,
  forget: "Forget",
  forgetFor: (what: string) => `Forget: ${what}`,
  said: (what: string, likes: boolean) => (likes ? `You like ${what}` : `You do not like ${what}`),
  mutedTitle: "Sent away",
  muted: (what: string) => `Nothing from ${what}`,
  back: "Bring back",
  backFor: (what: string) => `Bring back: ${what}`,
  timelineTitle: "What happened",
  timelineText: "Everything is computed from what happened. The newest is listed here, and “Take my data” has all of it. Take a line out and it is as if it had never been.",
  visit: "Forget the last visit",
  event: {
    view_item: "Looked at", view_item_list: "Saw a list", select_item: "Chose", add_to_cart: "Put in the basket", remove_from_cart: "Took out of the basket", add_to_wishlist: "Wished for",
    begin_checkout: "Went to the till", purchase: "Bought", refund: "Gave back", search: "Searched", impression: "Was shown", slate: "Was shown", like: "Liked", dismiss: "Sent away", mute: "Muted",
    touch: "Came by", dwell: "Lingered at", declare: "Said", other: "Something happened",
  },
  gift: "A gift",
  giftFor: (what: string) => `It was a gift, not my taste: ${what}`,
  dataTitle: "Your data",
  take: "Take my data",
  bring: "Bring my data back",
  brought: (added: number) => count(added, "event added", "events added"),
  notData: "This file is not a log of this shop.",
  forgotten: "Forgotten. It is as if it had never happened.",
  // what leaves
  leavesTitle: "What leaves this device",
  leavesNothing: "Nothing. No count is sent unless you allow it.",
  leavesAllowed: "The counts that you allowed, and nothing else.",
  leavesLine: {
    collecting: (when: string, who: string) => `as it stands now; to ${who} from ${when} on`,
    waiting: (when: string, who: string) => `sealed; to ${who} from ${when} on`,
  },
  leavesNoise: "Chance is added before it leaves.",
  leavesRelay: (name: string) => `${name} passes it on, so that they do not learn your address.`,
  // signals
  signal: {
    together: "Looked at by people who look at what you look at", last: "Goes with what you saw last", next: "Often comes next", session: "In the spirit of this visit",
    taste: "Close to one of your tastes", history: "Close to what you met on earlier visits", similar: "Looks like what you looked at", popularity: "Liked by many", trend: "On the rise",
    fresh: "New in the shop", seen: "Looked at already", bought: "Bought before", repeat: "Bought again and again", affinity_brand: "A brand you lean towards", affinity_category: "A kind of thing you lean towards",
    affinity_attribute: "A trait you lean towards", price: "Its price against yours", context: "Suits the moment", fatigue: "Shown before and passed by", like: "You liked it", declared: "You said so", rule: "The shop's own rules",
    discovery: "Room kept for surprise", diversity: "Variety on the shelf", learned: "Learned from your choices here", other: "Other terms of the score",
  },
  // for developers
  inspector: "Flaneur inspector",
};

/** What every language must have. */
export type Words = typeof en;
