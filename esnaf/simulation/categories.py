"""Categories: what a general shop sells, and how each kind of thing is bought."""

from typing import NamedTuple


class Category(NamedTuple):
    """One leaf of the category tree. The figures are plausible round numbers; the shapes that matter are measured."""

    path: str
    price: float  # median, in the shop's currency
    interval: float  # days until a household buys it again, 0 if it is not used up
    size: float  # products in it, relative to the others
    peak: int  # month of the season's peak, 0 if it has none
    gift: float  # relative weight among gifts
    nouns: str
    goes_with: str  # beginnings of the paths of what is bought along with it


CATEGORIES = (
    Category("Grocery > Coffee", 7.5, 21, 1.5, 0, 0.1, "Espresso|Filter Coffee|Coffee Beans|Decaf", "Grocery > Choco"),
    Category("Grocery > Tea", 4.0, 35, 1.2, 11, 0.2, "Green Tea|Earl Grey|Herbal Tea|Chai", "Grocery > Biscuits"),
    Category("Grocery > Cereal", 3.2, 18, 1.0, 0, 0, "Muesli|Granola|Corn Flakes|Porridge Oats", "Grocery > Tea"),
    Category(
        "Grocery > Pasta and Rice", 2.0, 25, 1.2, 0, 0, "Spaghetti|Basmati Rice|Penne|Couscous", "Grocery > Sauces"
    ),
    Category("Grocery > Sauces", 2.8, 30, 1.2, 0, 0, "Pesto|Olive Oil|Tomato Sauce|Soy Sauce", "Grocery > Pasta"),
    Category("Grocery > Biscuits", 2.2, 14, 1.2, 12, 0.1, "Shortbread|Cookies|Crackers|Oat Biscuits", "Grocery > Tea"),
    Category(
        "Grocery > Chocolate", 3.5, 20, 1.3, 12, 0.8, "Dark Chocolate|Truffles|Milk Chocolate|Pralines", "Party > Cards"
    ),
    Category(
        "Grocery > Drinks", 2.6, 12, 1.3, 7, 0, "Lemonade|Sparkling Water|Apple Juice|Tonic", "Grocery > Biscuits"
    ),
    Category(
        "Household > Laundry",
        9.0,
        35,
        0.8,
        0,
        0,
        "Washing Powder|Fabric Softener|Stain Remover",
        "Household > Cleaning",
    ),
    Category(
        "Household > Cleaning", 3.5, 30, 1.0, 3, 0, "Floor Cleaner|Glass Cleaner|Sponges|Bin Bags", "Household > Dish"
    ),
    Category("Household > Paper", 6.0, 24, 0.6, 0, 0, "Kitchen Roll|Toilet Paper|Tissues", "Household > Cleaning"),
    Category(
        "Household > Dishwashing", 6.5, 32, 0.6, 0, 0, "Dishwasher Tablets|Washing-up Liquid", "Household > Clean"
    ),
    Category("Beauty > Skin Care", 14.0, 55, 1.5, 0, 0.4, "Face Cream|Serum|Sun Lotion|Cleanser", "Beauty > Make-up"),
    Category("Beauty > Hair Care", 7.0, 42, 1.2, 0, 0, "Shampoo|Conditioner|Hair Mask|Styling Gel", "Beauty > Skin"),
    Category("Beauty > Make-up", 12.0, 0, 1.6, 0, 0.4, "Lipstick|Mascara|Eye Shadow|Foundation", "Beauty > Skin"),
    Category("Beauty > Fragrance", 42.0, 0, 0.9, 12, 1.5, "Eau de Parfum|Eau de Toilette|Body Mist", "Party > Cards"),
    Category(
        "Health > Vitamins", 13.0, 60, 1.0, 1, 0, "Vitamin D|Magnesium|Multivitamin|Omega 3", "Sports > Nutrition"
    ),
    Category("Health > Oral Care", 4.5, 48, 0.7, 0, 0, "Toothpaste|Toothbrush|Mouthwash", "Beauty > Hair"),
    Category("Baby > Nappies", 14.0, 12, 0.5, 0, 0, "Nappies|Nappy Pants|Swim Nappies", "Baby > Care"),
    Category("Baby > Food", 1.8, 8, 0.9, 0, 0, "Fruit Puree|Baby Porridge|Vegetable Jar", "Baby > Nappies"),
    Category("Baby > Care", 5.0, 25, 0.6, 0, 0.2, "Wet Wipes|Baby Lotion|Bath Foam", "Baby > Nappies"),
    Category("Pets > Dog Food", 18.0, 24, 0.8, 0, 0, "Dry Dog Food|Dog Treats|Puppy Food", "Pets > Accessories"),
    Category("Pets > Cat Food", 11.0, 15, 0.8, 0, 0, "Cat Pouches|Dry Cat Food|Kitten Milk", "Pets > Accessories"),
    Category("Pets > Accessories", 9.0, 0, 1.2, 0, 0.2, "Lead|Scratching Post|Pet Bed|Ball", "Pets > "),
    Category(
        "Sports > Nutrition", 22.0, 30, 0.8, 1, 0, "Protein Powder|Energy Bars|Isotonic Drink", "Sports > Running"
    ),
    Category(
        "Sports > Running",
        38.0,
        0,
        1.2,
        4,
        0.2,
        "Running Shoes|Running Shirt|Headlamp|Bottle Belt",
        "Sports > Nutrition",
    ),
    Category("Sports > Yoga", 19.0, 0, 0.9, 1, 0.3, "Yoga Mat|Yoga Block|Leggings|Foam Roller", "Sports > Nutrition"),
    Category("Sports > Cycling", 29.0, 0, 1.1, 5, 0.2, "Bike Light|Helmet|Bike Lock|Pump", "Sports > Nutrition"),
    Category(
        "Sports > Outdoor", 32.0, 0, 1.1, 6, 0.3, "Backpack|Tent|Sleeping Bag|Trekking Poles", "Sports > Nutrition"
    ),
    Category(
        "Home > Lighting", 27.0, 0, 1.2, 10, 0.3, "Table Lamp|Fairy Lights|Floor Lamp|Lantern", "Home > Decoration"
    ),
    Category("Home > Textiles", 16.0, 0, 1.4, 11, 0.4, "Cushion|Throw|Bed Linen|Towel", "Home > Decoration"),
    Category("Home > Decoration", 9.0, 0, 2.0, 11, 0.7, "Vase|Picture Frame|Wall Clock|Ornament", "Home > Candles"),
    Category(
        "Home > Candles", 8.0, 40, 0.9, 12, 0.8, "Scented Candle|Tealights|Pillar Candle|Diffuser", "Home > Decoration"
    ),
    Category("Kitchen > Cookware", 34.0, 0, 1.2, 0, 0.4, "Frying Pan|Saucepan|Casserole|Wok", "Grocery > Sauces"),
    Category("Kitchen > Mugs", 7.0, 0, 1.4, 12, 1.0, "Mug|Espresso Cups|Teapot|Travel Cup", "Grocery > Coffee"),
    Category(
        "Kitchen > Bakeware", 11.0, 0, 1.1, 12, 0.3, "Cake Tin|Mixing Bowl|Rolling Pin|Cookie Cutter", "Kitchen > Mugs"
    ),
    Category(
        "Kitchen > Small Appliances",
        54.0,
        0,
        0.8,
        11,
        0.5,
        "Kettle|Toaster|Hand Blender|Milk Frother",
        "Grocery > Coffee",
    ),
    Category("Garden > Plants", 8.0, 0, 1.3, 5, 0.4, "Lavender|Herb Set|Rose|Tomato Plant", "Garden > Tools"),
    Category("Garden > Tools", 17.0, 0, 1.0, 4, 0.2, "Secateurs|Watering Can|Trowel|Garden Gloves", "Garden > Plants"),
    Category("Garden > Care", 9.0, 38, 0.7, 5, 0, "Compost|Fertiliser|Lawn Seed", "Garden > Plants"),
    Category("Garden > Furniture", 75.0, 0, 0.6, 6, 0, "Deck Chair|Parasol|Garden Table", "Garden > Plants"),
    Category("Electronics > Headphones", 48.0, 0, 0.9, 11, 0.6, "Earbuds|Headphones|Headset", "Electronics > Acc"),
    Category(
        "Electronics > Accessories",
        14.0,
        0,
        1.5,
        0,
        0.3,
        "Charger|USB Cable|Phone Case|Power Bank",
        "Electronics > Head",
    ),
    Category(
        "Electronics > Gaming",
        39.0,
        0,
        1.1,
        12,
        0.8,
        "Controller|Puzzle Game|Gaming Mouse|Racing Game",
        "Grocery > Drinks",
    ),
    Category(
        "Electronics > Smart Home", 44.0, 0, 0.8, 11, 0.3, "Smart Bulb|Smart Plug|Door Sensor", "Electronics > Acc"
    ),
    Category(
        "Books > Novels", 9.0, 0, 2.2, 7, 0.8, "Crime Novel|Historical Novel|Love Story|Short Stories", "Grocery > Tea"
    ),
    Category("Books > Cookery", 18.0, 0, 1.0, 12, 0.7, "Baking Book|Vegan Cookbook|Pasta Book", "Kitchen > Cook"),
    Category("Books > Children", 8.0, 0, 1.4, 12, 0.8, "Picture Book|Bedtime Stories|Activity Book", "Toys > "),
    Category("Books > Science", 14.0, 0, 1.0, 0, 0.5, "Nature Guide|Popular Science|Atlas", "Grocery > Tea"),
    Category("Toys > Building", 26.0, 0, 1.1, 12, 1.0, "Building Blocks|Train Set|Marble Run", "Books > Children"),
    Category(
        "Toys > Games", 19.0, 0, 1.2, 12, 1.0, "Board Game|Card Game|Jigsaw Puzzle|Dice Game", "Grocery > Biscuits"
    ),
    Category("Toys > Soft Toys", 13.0, 0, 1.1, 12, 1.0, "Teddy Bear|Rabbit|Doll|Hand Puppet", "Party > Cards"),
    Category("Fashion > Shirts", 21.0, 0, 1.8, 5, 0.2, "T-Shirt|Linen Shirt|Blouse|Polo", "Fashion > Shoes"),
    Category("Fashion > Shoes", 52.0, 0, 1.4, 9, 0.1, "Sneakers|Boots|Sandals|Loafers", "Fashion > Shirts"),
    Category("Fashion > Jackets", 68.0, 0, 1.0, 10, 0.1, "Rain Jacket|Down Jacket|Cardigan|Coat", "Fashion > Shirts"),
    Category("Fashion > Jewellery", 31.0, 0, 1.3, 12, 1.5, "Necklace|Earrings|Bracelet|Watch", "Party > Cards"),
    Category("Office > Stationery", 4.5, 65, 1.3, 9, 0.3, "Notebook|Ball Pens|Planner|Sticky Notes", "Office > Ink"),
    Category("Office > Ink", 24.0, 75, 0.6, 0, 0, "Ink Cartridge|Toner|Copy Paper", "Office > Stationery"),
    Category("DIY > Power Tools", 79.0, 0, 0.8, 4, 0.2, "Cordless Drill|Sander|Jigsaw", "DIY > Hardware"),
    Category("DIY > Paint", 23.0, 0, 0.9, 5, 0, "Wall Paint|Wood Varnish|Paint Roller|Masking Tape", "DIY > Hardware"),
    Category("DIY > Hardware", 6.0, 0, 1.3, 0, 0, "Screw Set|Wall Plugs|Tape Measure|Spirit Level", "DIY > P"),
    Category(
        "Party > Cards and Wrap", 3.5, 0, 1.3, 12, 0.5, "Birthday Card|Gift Wrap|Ribbon|Gift Bag", "Party > Decorations"
    ),
    Category("Party > Decorations", 5.0, 0, 1.2, 12, 0.2, "Balloons|Bunting|Paper Plates|Lanterns", "Party > Cards"),
)

ADJECTIVES = (
    "Classic",
    "Organic",
    "Fine",
    "Little",
    "Bright",
    "Vintage",
    "Pure",
    "Bold",
    "Cosy",
    "Modern",
    "Royal",
    "Wild",
)
COLOURS = ("red", "blue", "green", "black", "white", "grey", "yellow", "pink")
SIZES = ("S", "M", "L", "XL")


def matching(prefix: str) -> list[int]:
    """The categories whose path begins so."""
    return [number for number, category in enumerate(CATEGORIES) if category.path.startswith(prefix)]
