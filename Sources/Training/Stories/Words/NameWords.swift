/// Names, each of which is used for one kind of pronoun only.
enum NameWords {
  static let girls = words(
    """
    Abby Ada Agnes Alice Alma Amber Amelia Amy Ana Anna Anya April Aria Asha Astrid Audrey Aurora Ava Ayla \
    Beatrice Bella Beth Bianca Bonnie Bridget Camila Cara Carla Carmen Cecilia Celia Chloe Clara Cora \
    Daisy Dana Dara Delia Della Diana Dora Edith Elena Eliza Ella Ellen Elsie Emilia Emily Emma Erica Esther \
    Eva Evelyn Faye Fiona Flora Frances Freya Gemma Georgia Gina Gloria Grace Greta Gwen Hannah Harriet \
    Hazel Heidi Helen Hilda Holly Ida Ines Ingrid Irene Isabel Jana Jane Jasmine Jenny Jill Joan Josie \
    Judy Julia June Kara Karin Katie Keiko Kira Lana Lara Laura Layla Lena Leona Lila Lily Lina Lola Lottie \
    Lucy Luna Lydia Mabel Maggie Maia Mara Maria Martha Mary Matilda Maya Meera Mei Mia Mila Millie Mina Mira \
    Molly Mona Nadia Nancy Naomi Nell Nina Nora Nyla Olga Olive Olivia Paige Paula Pearl Penny Petra Phoebe \
    Polly Priya Rachel Rita Rosa Rosie Ruby Ruth Sadie Sally Sara Selma Serena Sofia Sonia Stella Sue Tara \
    Tess Thea Tina Uma Una Vera Viola Wanda Wendy Willa Yara Yasmin Zara Zoe
    """)

  static let boys = words(
    """
    Aaron Adam Ahmed Aidan Alan Albert Alfie Amir Andre Anton Archie Arlo Arthur Asher Axel Barney Basil \
    Ben Bernard Billy Bobby Boris Bram Brian Bruno Caleb Calvin Carl Cedric Charlie Chen Clem Colin Conor Cyrus \
    Dan David Dennis Derek Dexter Diego Dmitri Dylan Eddie Edgar Edmund Eli Elias Elliot Emil Eric Ernie Ethan \
    Evan Felix Finn Florian Frank Fred Gabriel Gareth George Gilbert Gordon Graham Gus Hamid Hank Harry Harvey Hector \
    Henry Herman Hugo Ian Igor Isaac Ivan Ivo Jack Jake James Jamal Jared Jasper Jay Jim Joe Joel John Jonas \
    Jose Josh Juan Julian Kai Karim Karl Keith Ken Kevin Kofi Kurt Lars Leo Leon Lewis Liam Linus Logan \
    Louis Luca Lucas Luis Luke Malik Marco Marcus Mario Martin Mateo Max Miguel Mike Milo Mohammed Morris \
    Nate Ned Neil Nico Niels Noah Nolan Omar Oscar Otis Otto Owen Pablo Patrick Paul Pedro Percy Peter Phil \
    Quentin Rafael Raj Ralph Ravi Ray Reuben Rex Ricky Rob Roger Roland Roman Ronan Rory Ross Rowan Roy Rufus \
    Russell Ryan Sam Samir Saul Sean Simon Stan Stefan Steve Sven Tariq Ted Theo Tim Toby Todd Tom Tony \
    Uri Vernon Victor Vincent Wade Walter Warren Wesley Wilbur Wyatt Xavier Yusuf Zach Zeke
    """)

  static let femaleAnimals = words(
    """
    Acorn Blossom Bramble Bubbles Buttercup Cleo Clover Cookie Crumpet Dandelion Dewdrop Domino Dot \
    Feather Fern Flutter Ginger Honey Ivy Jellybean Juniper Marigold Marmalade Minnow Mocha Muffin Nutmeg \
    Olympia Patches Peaches Pebble Pepita Petal Pippa Primrose Pudding Sable Snowflake Speckle Sprinkle \
    Sugar Tansy Tulip Twinkle Velvet Waffle Whisper Willow Zinnia
    """)

  static let maleAnimals = words(
    """
    Badge Bandit Barkley Biscuit Boots Bounce Bristle Bumble Buster Button Chip Chuckles Cobble Copper Digger \
    Dusty Fidget Flip Fuzzy Gizmo Grumble Hopper Huckle Jingle Jumble Mango Marble Mumble Nibbles \
    Noodle Paddle Paws Peanut Pepper Pickle Pip Puddle Quill Rascal Ripple Rumble Rusty Scamp Scout Shadow \
    Skipper Smudge Sniffles Sparky Spike Squeak Stripe Thimble Thistle Tiptoe Tumble Tuft Twig Waddle Whiskers \
    Wiggles Woody Zigzag
    """)
}
