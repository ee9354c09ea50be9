/// Things to eat and to drink. Those of `fruit`, `vegetable` and `treat` can be counted.
enum FoodWords {
  static let classes: [String: [String]] = [
    "fruit": words(
      """
      apple apricot banana blackberry blueberry cherry coconut cranberry fig gooseberry grape grapefruit guava kiwi \
      lemon lime lychee mango melon mulberry nectarine orange papaya peach pear persimmon pineapple plum pomegranate \
      quince raspberry strawberry tangerine watermelon
      """),
    "vegetable": words(
      """
      artichoke bean beet cabbage carrot cauliflower chive cucumber eggplant gourd leek lentil mushroom onion \
      parsnip pea pepper potato pumpkin radish rutabaga shallot sprout squash tomato turnip yam zucchini
      """),
    "treat": words(
      """
      bagel biscuit brownie bun cookie cracker croissant cupcake custard doughnut dumpling eclair flapjack \
      lollipop macaroon marshmallow meringue muffin omelet pancake pasty pie pretzel pudding roll \
      sandwich scone shortcake strudel sundae taco tart toffee truffle turnover waffle wafer
      """),
    "dish": words(
      """
      broth casserole chili chowder curry goulash lasagna macaroni oatmeal pasta pizza porridge ravioli rice risotto \
      salad soup spaghetti stew stuffing
      """),
    "drink": words(
      "cider cocoa coffee lemonade limeade milk nectar punch tea water"),
    "spread": words(
      """
      bacon bread butter gingerbread caramel cheese chocolate cinnamon cream fudge granola gravy ham honey jam jelly ketchup licorice \
      marmalade molasses mustard popcorn syrup taffy toast vanilla yogurt
      """),
    "dishTaste": words(
      "creamy delicious fragrant hearty hot peppery savory spicy steaming tasty warm yummy"),
    "bakingSmell": words("butter caramel chocolate cinnamon ginger honey nutmeg vanilla"),
    "nut": words("acorn almond cashew chestnut hazelnut peanut pecan pistachio raisin walnut"),
    "herb": words("basil dill mint parsley rosemary sage thyme"),
  ]
}
