//! An item while it is being read from a feed: loose texts go in, a checked item comes out.

use std::collections::BTreeSet;

use flaneur::catalog::{Item, Kind};
use flaneur::error::{Error, ErrorKind, Result};
use flaneur::time::Millis;

use super::fields::Aliases;
use super::value;

/// A field of an item, as columns and feeds name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Title,
    Brand,
    Category,
    Tags,
    Price,
    MinorPrice,
    SalePrice,
    SaleDates,
    Currency,
    Available,
    Added,
    Group,
    Image,
    Url,
    Kind,
    /// Known, and of no use for ranking: codes, long texts, logistics.
    Noise,
}

/// The names under which columns hold each field.
pub(super) const ALIASES: Aliases<Field> = &[
    (
        Field::Id,
        &[
            "id",
            "item",
            "item_id",
            "itemid",
            "product_id",
            "productid",
            "variant_id",
            "offer_id",
            "sku",
            "handle",
            "article_id",
            "article",
            "stockcode",
            "code",
            "asin",
            "référence",
            "reference",
            "ugs",
        ],
    ),
    (
        Field::Title,
        &[
            "title",
            "name",
            "product_name",
            "product_title",
            "item_name",
            "label",
            "titre",
            "nom",
            "libellé",
            "libelle",
            "désignation",
            "designation",
            "description",
        ],
    ),
    (Field::Brand, &["brand", "vendor", "manufacturer", "maker", "marque", "brands", "marques"]),
    (
        Field::Category,
        &[
            "category",
            "product_type",
            "categories",
            "category_path",
            "item_category",
            "breadcrumb",
            "department",
            "catégorie",
            "categorie",
            "catégories",
            "rayon",
            "google_product_category",
            "type",
        ],
    ),
    (Field::Tags, &["tags", "labels", "keywords", "étiquettes", "mots_clés"]),
    (
        Field::Price,
        &["price", "unit_price", "variant_price", "amount", "regular_price", "prix", "prix_ttc", "tarif_régulier"],
    ),
    (Field::MinorPrice, &["price_pence", "price_cents", "price_minor", "unit_price_pence", "unit_price_cents"]),
    (Field::SalePrice, &["sale_price", "tarif_promo", "prix_promo", "prix_promotionnel"]),
    (Field::SaleDates, &["sale_price_effective_date"]),
    (Field::Currency, &["currency", "price_currency", "currency_code", "devise"]),
    (
        Field::Available,
        &[
            "available",
            "availability",
            "in_stock",
            "instock",
            "is_available",
            "is_in_stock",
            "stock_status",
            "disponible",
            "disponibilité",
            "en_stock",
            "stock",
            "inventory",
        ],
    ),
    (Field::Added, &["added", "first_ts", "created_at", "created", "added_at", "date_added", "published_at"]),
    (Field::Group, &["group", "item_group_id", "group_id", "parent_id", "parent_sku", "style_id"]),
    (Field::Image, &["image", "image_link", "image_url", "image_src", "picture", "img", "photo"]),
    (Field::Url, &["url", "link", "product_url", "permalink", "canonical_url", "lien"]),
    (Field::Kind, &["kind"]),
    (Field::Noise, &["gtin", "ean", "upc", "mpn", "barcode", "isbn", "isbn13"]),
    (Field::Noise, &["body_html", "body_(html)", "long_description", "summary", "text"]),
    (Field::Noise, &["additional_image_link", "mobile_link", "updated_at", "price_max", "cost"]),
];

/// Longest title that is taken from a description, in characters.
const TITLE_OF_DESCRIPTION: usize = 300;

/// An item with what only a shop page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The item.
    pub item: Item,
    /// The currency its price was given in.
    pub currency: Option<String>,
    /// Its picture, as the feed has it.
    pub image: Option<String>,
    /// Its page, as the feed has it.
    pub url: Option<String>,
    /// A reduced price, whichever of the two stands first.
    pub(super) sale: Option<f64>,
    /// When the reduced price holds, as the feed has it: of no meaning without one.
    pub(super) sale_dates: Option<String>,
}

impl Draft {
    /// An available product that has no identifier yet.
    pub(super) fn new() -> Self {
        Self { item: Item::new(""), ..Self::default() }
    }

    /// Sets a field from a feed's text; an empty text leaves it out.
    ///
    /// # Errors
    /// The field's path and what it should have held.
    pub(super) fn set(&mut self, field: Field, text: &str) -> Result<()> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let item = &mut self.item;
        match field {
            Field::Id => item.id = text.into(),
            Field::Title => item.title = shortened(text),
            Field::Brand => item.brand = Some(text.into()),
            Field::Category => item.category = levels(text),
            Field::Tags => item.tags.extend(split(text, &[',', ';', '|'])),
            Field::Price => self.set_price(value::price(text)?, 1.0),
            Field::MinorPrice if item.price.is_none() => self.set_price(value::price(text)?, 100.0),
            Field::SalePrice => {
                let (sale, _) = value::price(text).map_err(|error| renamed(error, "sale_price"))?;
                self.sale = Some(sale);
            }
            Field::SaleDates => self.sale_dates = Some(text.into()),
            Field::Currency => self.currency = Some(value::currency(text)?),
            Field::Available => item.available = value::availability(text)?,
            Field::Added => item.added = Some(added(text)?),
            Field::Group => item.group = Some(text.into()),
            Field::Image => self.image = Some(text.into()),
            Field::Url => self.url = Some(text.into()),
            Field::Kind => item.kind = kind(text)?,
            Field::MinorPrice | Field::Noise => {}
        }
        Ok(())
    }

    /// Sets the category of several, `A > B, C`, a comma inside one written as `\\,`: the first of the longest paths.
    /// The levels of the others are tags.
    pub(super) fn categories(&mut self, text: &str) {
        let hidden = text.replace("\\,", "\u{0}");
        let mut paths: Vec<Vec<String>> = hidden.split(',').map(|path| levels(&path.replace('\u{0}', ","))).collect();
        let longest = paths.iter().map(Vec::len).max().unwrap_or_default();
        if let Some(at) = paths.iter().position(|path| path.len() == longest) {
            self.item.category = paths.swap_remove(at);
        }
        let others = paths.into_iter().flatten();
        let new = others.filter(|level| !self.item.category.contains(level)).collect::<BTreeSet<_>>();
        self.item.tags.extend(new);
    }

    fn set_price(&mut self, (price, currency): (f64, Option<String>), units: f64) {
        self.item.price = Some(price / units);
        // A column of currencies outranks the sign beside a price, whichever comes first: a dollar is not always the US one.
        self.currency = self.currency.take().or(currency);
    }

    /// Adds an attribute; an empty value is left out.
    pub(super) fn attribute(&mut self, key: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.item.attributes.push((key.into(), text.into()));
        }
    }

    /// Checks the whole item.
    ///
    /// # Errors
    /// The first illegal field.
    pub(super) fn finish(self) -> Result<Self> {
        if self.item.id.is_empty() {
            return Err(Error::new(ErrorKind::Missing, "id", "there is no id; expected 1 to 256 bytes"));
        }
        self.item.check()?;
        Ok(self)
    }

    /// The same item at the price of that moment, epoch milliseconds: a reduced price holds within its dates only.
    ///
    /// # Errors
    /// Dates that are none, or an illegal reduced price.
    pub(super) fn priced(mut self, at: i64) -> Result<Self> {
        // Where no sale is on, some shops write 0.
        let Some(sale) = self.sale.filter(|sale| *sale != 0.0) else { return Ok(self) };
        if let Some(dates) = &self.sale_dates {
            let dates = value::period(dates).map_err(|error| renamed(error, "sale_price_effective_date"))?;
            if !dates.contains(&at) {
                return Ok(self);
            }
        }
        self.item.price = Some(self.item.price.map_or(sale, |price| price.min(sale)));
        self.item.check()?;
        Ok(self)
    }
}

/// The levels of `A > B > C`.
pub(super) fn levels(text: &str) -> Vec<String> {
    split(text, &['>']).collect()
}

fn split<'a>(text: &'a str, separators: &'a [char]) -> impl Iterator<Item = String> + 'a {
    text.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned)
}

fn shortened(text: &str) -> String {
    text.chars().take(TITLE_OF_DESCRIPTION).collect()
}

/// When an item joined the catalog.
pub(super) fn added(text: &str) -> Result<Millis> {
    let (at, _) = value::moment(text).map_err(|error| renamed(error, "added"))?;
    Millis::from_f64(at as f64)
        .ok_or_else(|| Error::new(ErrorKind::OutOfRange, "added", "the moment is not between 1900 and 2200"))
}

fn kind(text: &str) -> Result<Kind> {
    Kind::from_name(text).ok_or_else(|| {
        let message = "not a kind; expected product, offer, content, service or message";
        Error::new(ErrorKind::Unknown, "kind", message)
    })
}

/// The same error at another path.
pub(super) fn renamed(error: Error, path: &str) -> Error {
    Error { path: path.into(), ..error }
}
