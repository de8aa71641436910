//! Exports of shop systems: their columns mean what the system says, in English and in French.

// A helper's failure is the test's.
#![allow(clippy::unwrap_used)]

#[path = "support/kit.rs"]
mod kit;

use kit::Folder;

#[test]
fn of_several_categories_in_a_cell_of_woocommerce_the_longest_is_the_category_and_the_others_are_tags() {
    let folder = Folder::new("woocommerce");
    let rows = "ID,Name,Regular price,Categories,Tags\n1,Hoodie,45,\"Sale, Clothing > Hoodies, Clothing > Gifts\",warm\n\
                2,Pot,9,\"Home\\, garden > Pots\",\n3,Cup,9,,\n";
    let fields = |folder: &Folder| {
        let display: serde_json::Value = serde_json::from_slice(&folder.read("d.json")).unwrap();
        let items = display.as_array().unwrap().clone();
        items.into_iter().map(|item| serde_json::json!([item["category"], item["tags"]])).collect::<serde_json::Value>()
    };
    folder.write("wc.csv", rows);
    folder.run("pack --items wc.csv --out p.flaneur --display d.json").expect(0);
    let expected = serde_json::json!([
        [["Clothing", "Hoodies"], ["Gifts", "Sale", "warm"]],
        [["Home, garden", "Pots"], []],
        [[], []]
    ]);
    assert_eq!(fields(&folder), expected);
    // A comma in another shop's table is part of a name.
    folder.write("other.csv", "id,price,category\n1,2,\"Home, garden\"\n");
    folder.run("pack --items other.csv --out p.flaneur --display d.json").expect(0);
    assert_eq!(fields(&folder), serde_json::json!([[["Home, garden"], []]]));
}

fn shown(folder: &Folder, feed: &str, fields: &[&str]) -> serde_json::Value {
    folder.run(&format!("pack --items {feed} --out p.flaneur --display d.json")).expect(0);
    let display: serde_json::Value = serde_json::from_slice(&folder.read("d.json")).unwrap();
    let items = display.as_array().unwrap().clone();
    items
        .into_iter()
        .map(|item| fields.iter().map(|field| item[*field].clone()).collect::<serde_json::Value>())
        .collect()
}

#[test]
fn of_woocommerces_columns_what_describes_an_item_is_learned_and_what_the_shop_hides_is_not_offered() {
    let folder = Folder::new("woocommerce-columns");
    let english = "ID,Type,SKU,Name,Published,\"Visibility in catalog\",\"Short description\",\"In stock?\",\"Weight (kg)\",\
                   \"Regular price\",Categories,Parent,Brands,\"Attribute 1 name\",\"Attribute 1 value(s)\",\"Attribute 1 visible\"\n";
    let french = "ID,Type,UGS,Nom,Publié,\"Visibilité dans le catalogue\",\"Description courte\",\"En stock ?\",\"Poids (kg)\",\
                  \"Tarif régulier\",Catégories,Parent,Marques,\"Nom de l’attribut 1\",\"Valeur(s) de l’attribut 1 \",\"Attribut 1 visible\"\n";
    let rows = "1,variable,TS,Shirt,1,visible,<b>Soft</b>,1,0.2,,Tops,,Acme,Colour,\"Blue, Red\",1\n\
                2,variation,TS-B,Shirt - Blue,1,visible,,1,0.2,19,,TS,,Colour,Blue,\n\
                3,variable,,Cap,1,visible,,1,,,Hats,,,,,\n\
                4,variation,,Cap - S,1,visible,,1,,9,,id:3,,,,\n\
                5,simple,,Draft,-1,visible,,1,,9,,,,,,\n\
                6,simple,,Private,0,visible,,1,,9,,,,,,\n\
                7,simple,,Hidden,1,hidden,,1,,9,,,,,,\n\
                8,simple,,Old draft,'-1,visible,,1,,9,,,,Size,\"12\\, 5 cm, 20 cm\",1\n";
    let expected = serde_json::json!([
        ["1", "Acme", "TS", true, {"colour": ["Blue", "Red"]}],
        ["2", null, "TS", true, {"colour": "Blue"}],
        ["3", null, "id:3", true, {}],
        ["4", null, "id:3", true, {}],
        ["5", null, null, false, {}],
        ["6", null, null, false, {}],
        ["7", null, null, false, {}],
        ["8", null, null, false, {"size": ["12, 5 cm", "20 cm"]}]
    ]);
    for header in [english, french] {
        folder.write("wc.csv", format!("{header}{rows}"));
        assert_eq!(
            shown(&folder, "wc.csv", &["id", "brand", "group", "available", "attributes"]),
            expected,
            "{header}"
        );
    }
    folder.write("wc.csv", format!("{english}{rows}"));
    let named = shown(&folder, "wc.csv --map weight=weight_(kg),published=", &["id", "available", "attributes"]);
    assert_eq!(named[0], serde_json::json!(["1", true, {"weight": "0.2", "colour": ["Blue", "Red"]}]));
    assert_eq!(named[4][1], true, "the user passed over the column");
    // Columns that a shop chose itself are what it wants to be read.
    folder.write("own.csv", "ID,Name,Regular price,Categories,Colour\n1,Shirt,9,Tops,Blue\n");
    assert_eq!(shown(&folder, "own.csv", &["attributes"]), serde_json::json!([[{"colour": "Blue"}]]));
}

#[test]
fn the_category_of_magentos_export_is_not_how_a_product_is_put_together() {
    let folder = Folder::new("magento");
    folder.write(
        "magento.csv",
        "sku,attribute_set_code,product_type,categories,name,price\n\
         B1,Bag,simple,\"Default Category/Gear,Default Category/Gear/Bags,Default Category/Sale\",Duffle,34\n\
         B2,Bag,configurable,Default Category,Pack,32\n\
         B3,Bag,simple,Default Category/TV\\/Audio,Stand,9\n",
    );
    let fields = ["id", "category", "tags"];
    let expected = serde_json::json!([["B1", ["Gear", "Bags"], ["Sale"]], ["B2", [], []], ["B3", ["TV/Audio"], []]]);
    assert_eq!(shown(&folder, "magento.csv", &fields), expected);
    let named = shown(&folder, "magento.csv --map category=product_type", &fields);
    assert_eq!(named[0][1], serde_json::json!(["simple"]), "what the user says is done");
}
