//! What a log says in numbers: the only thing the learning part sees.
//!
//! This is the seam between reading logs and learning from them. [`Counts`]
//! comes from [`super::crunch`], which runs the SQL of `cli/sql` on an embedded
//! engine, or from tables that a warehouse made with the same SQL. Whatever
//! makes them, a pair seen by fewer than `min_support` shoppers is not in `pairs`.
//!
//! Every number of the counting stands here once; the SQL is filled in from it.
//!
//! Costs: 64 bytes per kept pair, 40 per item.

/// Pairs of items whose distance in the session is larger say nothing.
pub const MAX_GAP: usize = 30;
/// Steps that count as "right after".
pub const NEXT_GAP: usize = 3;
/// Sessions of fewer lines have no pair.
pub const SHORTEST: usize = 2;
/// Sessions of more lines are wholesalers or robots.
pub const LONGEST: usize = 100;
/// Days that count as recent.
pub const RECENT_DAYS: i64 = 28;
/// A forward pair at distance `d` weighs `e^{−(d−1)/4}`.
pub const AHEAD: f64 = 4.0;
/// A backward pair at distance `d` weighs `e^{−(d−1)/2}`.
pub const BACK: f64 = 2.0;
/// A step forward of `d` lines weighs `e^{−(d−1)}`.
pub const STEP: f64 = 1.0;
/// Masses are summed as whole numbers of `1/UNIT`: their sum does not depend on an order.
///
/// 2³²: a rounding error of 10⁻¹⁰ per pair, and room for 370 million lines of
/// one item before 63 bits are full.
pub const UNIT: i64 = 1 << 32;

/// What a log says of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ItemCount {
    /// Lines: how often it was looked at, or bought where only purchases are logged.
    pub lines: u64,
    /// Lines of the last 28 days.
    pub recent: u64,
    /// Self mass: Σ 1/√L over its lines, and its pairs with itself.
    pub mass: f64,
    /// Purchases that were followed by another visit of the same shopper.
    pub chances: u64,
    /// Those after which the very next visit bought it again.
    pub again: u64,
}

/// What a log says of two items; `a < b`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairCount {
    /// The smaller index.
    pub a: u32,
    /// The larger index.
    pub b: u32,
    /// Distance-weighted mass in one session, of `b` seen from `a` and of `a` seen from `b`.
    pub together: [f64; 2],
    /// Mass of at most three steps forward, from `a` to `b` and from `b` to `a`.
    pub next: [f64; 2],
    /// Distinct shoppers who had both in one session.
    pub support: u32,
    /// Distinct shoppers behind each number of `next`.
    pub next_support: [u32; 2],
}

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// One per item of the catalog.
    pub items: Vec<ItemCount>,
    /// Kept pairs, sorted by `(a, b)`.
    pub pairs: Vec<PairCount>,
    /// Shoppers a pair needed.
    pub min_support: u32,
    /// Events, without those reported twice.
    pub events: u64,
    /// Events reported twice; dropped.
    pub repeated: u64,
    /// Known shoppers.
    pub shoppers: u64,
    /// Pairs seen at all; 0 when the counts come from tables, which hold kept pairs only.
    pub pairs_seen: u64,
    /// Sessions of any length.
    pub sessions: u64,
    /// Sessions that were learned from: 2 to 100 lines.
    pub learned_sessions: u64,
    /// Whether people are seen looking, not only buying.
    pub has_views: bool,
    /// Items bought by known shoppers, once per visit.
    pub bought: u64,
    /// Those the shopper had bought on an earlier visit.
    pub repeats: u64,
    /// First and last moment, epoch milliseconds.
    pub span: Option<(i64, i64)>,
}
