"""Pictures, concept classes, the split into training and held-out pictures,
and the deterministic augmentation used for evaluation.

Everything here is a pure function of the emoji package: no random state.
"""

import csv
import hashlib
import json
import os
import re

import numpy as np
from PIL import Image

SIZE = 64
HELD_OUT_SHARE = 0.22
SPLIT_SALT = "split-1/"

# One concept class per line: the emoji.json subcategories that it takes whole.
SUBCATEGORIES = {
    "smiling faces": "face-smiling face-affection face-tongue face-hat face-glasses",
    "neutral faces": "face-neutral-skeptical face-sleepy face-hand",
    "unhappy faces": "face-concerned face-unwell face-negative",
    "costume faces": "face-costume",
    "animal heads": "cat-face monkey-face",
    "hearts": "heart",
    "emotion marks": "emotion",
    "hands": "hand-fingers-open hand-fingers-partial hand-single-finger hand-fingers-closed hands hand-prop",
    "body parts": "body-parts",
    "people": "person",
    "people gesturing": "person-gesture",
    "people at work": "person-role",
    "fantasy people": "person-fantasy",
    "people moving": "person-activity",
    "people doing sport": "person-sport person-resting",
    "families": "family",
    "people symbols": "person-symbol",
    "mammals": "animal-mammal",
    "birds": "animal-bird",
    "reptiles": "animal-reptile animal-amphibian",
    "sea animals": "animal-marine",
    "insects": "animal-bug",
    "flowers": "plant-flower",
    "plants": "plant-other",
    "fruit": "food-fruit",
    "vegetables": "food-vegetable",
    "dishes": "food-prepared food-asian",
    "sweets": "food-sweet",
    "drinks": "drink",
    "tableware": "dishware",
    "globes and maps": "place-map",
    "landscapes": "place-geographic place-other",
    "buildings": "place-building place-religious",
    "road vehicles": "transport-ground",
    "boats": "transport-water",
    "aircraft": "transport-air",
    "timepieces": "time",
    "weather": "sky & weather",
    "celebrations": "event",
    "medals": "award-medal",
    "sports equipment": "sport",
    "games": "game arts-crafts",
    "garments": "clothing",
    "sound": "sound music",
    "musical instruments": "musical-instrument",
    "electronics": "phone computer",
    "light and video": "light-video",
    "books and paper": "book-paper",
    "money": "money",
    "mail": "mail",
    "writing": "writing",
    "office": "office",
    "locks and keys": "lock",
    "tools": "tool",
    "science and medicine": "science medical",
    "household": "household other-object hotel",
    "public signs": "transport-sign",
    "warning signs": "warning",
    "arrows": "arrow",
    "religious symbols": "religion",
    "zodiac": "zodiac",
    "player buttons": "av-symbol",
    "marks": "gender math punctuation currency other-symbol",
    "keycaps": "keycap",
    "letter buttons": "alphanum",
    "geometric shapes": "geometric",
    "flags": "country-flag subdivision-flag",
    "banners": "flag",
}

# Where a subcategory mixes concepts, these short names go elsewhere.
EXCEPTIONS = {
    "animal heads": "monkey_face dog wolf fox_face raccoon cat lion_face tiger horse moose unicorn_face zebra_face "
    "cow pig boar mouse hamster rabbit bear polar_bear koala panda_face frog dragon_face pig_nose",
    "costume faces": "skull skull_and_crossbones smiling_imp imp",
    "fruit": "avocado",
    "vegetables": "tomato sweet_potato",
    "bread": "bread croissant baguette_bread flatbread pretzel bagel pancakes waffle",
    "trains": "steam_locomotive railway_car bullettrain_side bullettrain_front train2 metro light_rail station tram "
    "monorail mountain_railway train suspension_railway mountain_cableway aerial_tramway railway_track",
    "road signs and parts": "busstop motorway oil_drum fuelpump wheel rotating_light traffic_light "
    "vertical_traffic_light octagonal_sign construction anchor ring_buoy seat",
    "clock faces": " ".join("clock%d clock%d30" % (h, h) for h in range(1, 13)),
    "moons": "new_moon waxing_crescent_moon first_quarter_moon moon full_moon waning_gibbous_moon last_quarter_moon "
    "waning_crescent_moon crescent_moon new_moon_with_face first_quarter_moon_with_face last_quarter_moon_with_face "
    "full_moon_with_face",
    "shoes": "thong_sandal mans_shoe athletic_shoe hiking_boot womans_flat_shoe high_heel sandal ballet_shoes boot "
    "ice_skate roller_skate",
    "hats": "crown womans_hat tophat mortar_board billed_cap military_helmet helmet_with_white_cross",
    "bags": "purse handbag pouch shopping_bags school_satchel luggage briefcase",
}

LEFT_OUT = {"skin-tone"}


def _key(subcategory):
    return subcategory.replace(" & ", "-")


def concept_classes():
    """The sorted class names and the two look-up tables that assign them."""
    by_sub, by_name = {}, {}
    for name, subs in SUBCATEGORIES.items():
        for sub in _key(subs).split():
            by_sub[sub] = name
    for name, shorts in EXCEPTIONS.items():
        for short in shorts.split():
            by_name[short] = name
    return sorted(set(by_sub.values()) | set(by_name.values())), by_sub, by_name


MASK = (1 << 64) - 1


def fnv1a64(text):
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = ((h ^ b) * 0x100000001B3) & MASK
    return h


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def _family(short_name):
    """Variants of one drawing (man/woman/person, facing right) share a family and are never split."""
    words = re.split(r"[-_]", short_name)
    drop = {"man", "woman", "male", "female", "person", "men", "women", "people", "facing", "right", "mens", "womens"}
    return "-".join(w for w in words if w not in drop) or short_name


class Picture:
    def __init__(self, file, name, cls, rgba):
        self.file, self.name, self.cls, self.rgba = file, name, cls, rgba
        self.family, self.held_out = "", False


def load_pictures(package):
    """All pictures of the package in emoji.json's sort order, with class and split."""
    with open(os.path.join(package, "emoji.json"), encoding="utf-8") as f:
        entries = json.load(f)
    _, by_sub, by_name = concept_classes()
    pictures = []
    for e in sorted(entries, key=lambda e: e["sort_order"]):
        sub = _key(e["subcategory"])
        if not e["has_img_google"] or sub in LEFT_OUT:
            continue
        path = os.path.join(package, "img", "google", "64", e["image"])
        rgba = np.asarray(Image.open(path).convert("RGBA"))
        assert rgba.shape == (SIZE, SIZE, 4), path
        pictures.append(Picture(e["image"], e["short_name"], by_name.get(e["short_name"]) or by_sub[sub], rgba))
    _split(pictures)
    return pictures


def _split(pictures):
    seen = {}
    for p in pictures:  # identical pixels (some flags) belong to one family
        digest = hashlib.sha256(p.rgba.tobytes()).hexdigest()
        p.family = seen.setdefault(digest, p.cls + "/" + _family(p.name))
    families = {}
    for p in pictures:
        families.setdefault(p.cls, {}).setdefault(p.family, []).append(p)
    for members in families.values():
        order = sorted(members, key=lambda k: SplitMix64(fnv1a64(SPLIT_SALT + k)).next())
        for k in order[: int(len(order) * HELD_OUT_SHARE + 0.5)]:
            for p in members[k]:
                p.held_out = True


def write_split(pictures, path):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["file", "name", "class", "split"])
        for p in pictures:
            w.writerow([p.file, p.name, p.cls, "heldout" if p.held_out else "train"])


# The evaluation augmentation. heldout.go repeats it byte for byte.
BACKGROUNDS = [
    (255, 255, 255), (255, 255, 255), (255, 255, 255), (255, 255, 255),
    (240, 232, 208), (200, 220, 240), (128, 128, 128), (40, 48, 64),
]
SIZES = [64, 64, 56, 48]


def heldout_augment(rgba, file):
    """One fixed variation of a picture, chosen by its file name; integer arithmetic only."""
    rng = SplitMix64(fnv1a64(file))
    background = BACKGROUNDS[rng.next() % 8]
    size = SIZES[rng.next() % 4]
    dx = int(rng.next() % 9) - 4
    dy = int(rng.next() % 9) - 4
    flip = rng.next() % 2 == 1
    percent = 80 + int(rng.next() % 41)

    src = rgba[:, ::-1] if flip else rgba
    pick = (2 * np.arange(size) + 1) * SIZE // (2 * size)
    src = src[pick][:, pick].astype(np.int32)
    left, top = (SIZE - size) // 2 + dx, (SIZE - size) // 2 + dy
    canvas = np.empty((SIZE, SIZE, 3), np.int32)
    canvas[:] = background
    y0, y1 = max(top, 0), min(top + size, SIZE)
    x0, x1 = max(left, 0), min(left + size, SIZE)
    part = src[y0 - top:y1 - top, x0 - left:x1 - left]
    alpha = part[:, :, 3:]
    under = canvas[y0:y1, x0:x1]
    canvas[y0:y1, x0:x1] = (part[:, :, :3] * alpha + under * (255 - alpha) + 127) // 255
    return np.minimum(255, (canvas * percent + 50) // 100).astype(np.uint8)


def on_white(rgba):
    """The picture as the demo dataset shows it."""
    c = rgba.astype(np.int32)
    alpha = c[:, :, 3:]
    return ((c[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
