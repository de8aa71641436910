//! One thing that happened, in the vocabulary of GA4's ecommerce events plus ours.

use crate::catalog::TokenHash;
use crate::math::between;
use crate::time::Millis;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EventKind {
    /// A list was shown (GA4).
    ViewItemList = 0,
    /// An item of a list was chosen (GA4).
    SelectItem = 1,
    /// An item's page was opened (GA4).
    ViewItem = 2,
    /// GA4.
    AddToCart = 3,
    /// GA4.
    RemoveFromCart = 4,
    /// GA4.
    AddToWishlist = 5,
    /// GA4.
    BeginCheckout = 6,
    /// GA4.
    Purchase = 7,
    /// GA4.
    Refund = 8,
    /// A search (GA4); only hashed words are kept.
    Search = 9,
    /// Entries of one of our slates were seen.
    Impression = 10,
    /// "I like this".
    Like = 11,
    /// "Not this one": takes the item away.
    Dismiss = 12,
    /// "None of these": takes every item with an attribute away.
    Mute = 13,
    /// A channel touchpoint.
    Touch = 14,
    /// Time spent with an item.
    Dwell = 15,
    /// A stated preference, or the surprise dial.
    Declare = 16,
}

impl EventKind {
    /// All kinds with their public names.
    pub const NAMES: [(&'static str, Self); 17] = [
        ("view_item_list", Self::ViewItemList),
        ("select_item", Self::SelectItem),
        ("view_item", Self::ViewItem),
        ("add_to_cart", Self::AddToCart),
        ("remove_from_cart", Self::RemoveFromCart),
        ("add_to_wishlist", Self::AddToWishlist),
        ("begin_checkout", Self::BeginCheckout),
        ("purchase", Self::Purchase),
        ("refund", Self::Refund),
        ("search", Self::Search),
        ("impression", Self::Impression),
        ("like", Self::Like),
        ("dismiss", Self::Dismiss),
        ("mute", Self::Mute),
        ("touch", Self::Touch),
        ("dwell", Self::Dwell),
        ("declare", Self::Declare),
    ];

    /// The kind of that public name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, kind)| kind)
    }

    /// The kind stored as that byte in a record.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::NAMES.get(usize::from(byte)).map(|&(_, kind)| kind)
    }

    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// How much one such event says about taste; negative for the opposite of interest.
    ///
    /// A purchase weighs five views, as the shops' own scoring of RFM data does;
    /// the ratios only need to be of the right order, the fitted signals do the rest.
    #[must_use]
    pub fn strength(self) -> f64 {
        match self {
            Self::ViewItem | Self::Dwell => 1.0,
            Self::SelectItem => 0.5,
            Self::AddToCart | Self::AddToWishlist | Self::Like => 3.0,
            Self::Purchase => 5.0,
            Self::RemoveFromCart => -1.0,
            Self::Dismiss => -2.0,
            Self::Refund => -3.0,
            _ => 0.0,
        }
    }
}

/// How far a surprise lies from the shopper's interests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tier {
    /// Close to an interest, yet off the obvious shelf.
    Near = 0,
    /// Related to an interest.
    Bridge = 1,
    /// Away from every interest.
    Far = 2,
}

impl Tier {
    /// How many there are.
    pub const COUNT: usize = 3;
    /// All of them, nearest first.
    pub const ALL: [Self; Self::COUNT] = [Self::Near, Self::Bridge, Self::Far];
    const NAMES: [&'static str; Self::COUNT] = ["near", "bridge", "far"];

    /// The public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The tier of that public name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }

    /// The tier stored as that byte in a record.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// One item an event is about, with the digest that survives catalog turnover.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The item's identifier.
    pub item: String,
    /// How many; 1 when not given.
    pub quantity: f64,
    /// Price of one, in the shop's currency.
    pub price: Option<f64>,
    /// Hashes of its attribute tokens at that time, at most 24.
    pub digest: Vec<TokenHash>,
}

/// One seen entry of a slate, with what a later estimate or update needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The item's identifier.
    pub item: String,
    /// Its place, 0 first.
    pub position: u16,
    /// The probability with which it stood there, given the places above.
    pub propensity: f32,
    /// Its score there.
    pub score: f32,
    /// Whether it was labelled a discovery.
    pub discovery: bool,
    /// The log-odds that the pack's weights gave it, to learn from; `None` teaches nothing.
    pub base: Option<f32>,
    /// How far from the shopper's interests a discovery was.
    pub tier: Option<Tier>,
    /// Whether relevance alone would have put the same item there, given the places above; `None` when not noted.
    pub plain: Option<bool>,
    /// Of an interleaved slate: which of the trial's arms put it there.
    pub team: Option<u8>,
}

/// The part that a seen slate had in an experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// The experiment's name.
    pub experiment: String,
    /// The arm that made the slate, or the two whose picks were interleaved.
    pub arms: Vec<String>,
}

/// One event of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Stable identifier, 1 to 128 bytes: the same event never counts twice.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Millis,
    /// The shopper's local hour, 0..=23, when known.
    pub hour: Option<u8>,
    /// The shopper's local weekday, Sunday 0, when known.
    pub weekday: Option<u8>,
    /// What else was known of the moment, as `key:value` with a key of [`super::FACETS`].
    pub facets: Vec<String>,
    /// The items it is about.
    pub lines: Vec<Line>,
    /// Hashed words of a search.
    pub words: Vec<u64>,
    /// An attribute token, for `mute` and `declare`.
    pub attribute: Option<String>,
    /// Liking −1..=1 of a `declare`, seconds of a `dwell`.
    pub value: Option<f64>,
    /// The dial set by a `declare`, 0..=1.
    pub surprise: Option<f64>,
    /// Where it happened.
    pub slot: Option<String>,
    /// The slate it happened on.
    pub slate: Option<String>,
    /// The channel of a `touch`.
    pub channel: Option<String>,
    /// The entries of an `impression`.
    pub shown: Vec<Shown>,
    /// The part that an `impression` had in an experiment.
    pub trial: Option<Trial>,
}

impl Event {
    /// An event with nothing but its identity.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: EventKind, at: Millis) -> Self {
        Self {
            id: id.into(),
            kind,
            at,
            hour: None,
            weekday: None,
            facets: Vec::new(),
            lines: Vec::new(),
            words: Vec::new(),
            attribute: None,
            value: None,
            surprise: None,
            slot: None,
            slate: None,
            channel: None,
            shown: Vec::new(),
            trial: None,
        }
    }

    /// The same event about one item.
    #[must_use]
    pub fn with_item(mut self, item: impl Into<String>) -> Self {
        self.lines.push(Line { item: item.into(), quantity: 1.0, ..Line::default() });
        self
    }

    /// How much it says about taste: a dwell counts by its minutes, at most one view, and none when it took no time.
    #[must_use]
    pub fn strength(&self) -> f64 {
        let strength = self.kind.strength();
        match self.kind {
            EventKind::Dwell => strength * between(self.value.unwrap_or(0.0) / 60.0, 0.0, 1.0),
            _ => strength,
        }
    }

    /// The canonical order: time, then identifier.
    #[must_use]
    pub fn order(&self) -> (Millis, &str) {
        (self.at, &self.id)
    }

    /// The items that it names, as its subjects and among what was seen.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.item.as_str()).chain(self.shown.iter().map(|shown| shown.item.as_str()))
    }

    /// Whether it names that item, as its subject or among what was seen.
    #[must_use]
    pub fn concerns(&self, item: &str) -> bool {
        self.items().any(|known| known == item)
    }
}
