// Names and thumbnails of images, fetched for those that are looked at and kept.

const known = new Map(); // dataset and id → a promise of what /map/images says
const pictures = new Map();
let waiting = null;

// about gives {id, name, category, sha256} of an image; those asked for at one time travel together.
export function about(dataset, id) {
  const key = `${dataset}\n${id}`;
  if (!known.has(key)) {
    known.set(key, new Promise((resolve, reject) => {
      if (!waiting) {
        waiting = [];
        setTimeout(send, 0);
      }
      waiting.push({ dataset, id, resolve, reject: (error) => { known.delete(key); reject(error); } });
    }));
  }
  return known.get(key);
}

function send() {
  const all = waiting;
  waiting = null;
  for (const dataset of new Set(all.map((one) => one.dataset))) {
    const mine = all.filter((one) => one.dataset === dataset);
    for (let from = 0; from < mine.length; from += 100) ask(dataset, mine.slice(from, from + 100));
  }
}

async function ask(dataset, some) {
  try {
    const response = await fetch("/map/images?" + new URLSearchParams({ dataset, ids: some.map((one) => one.id).join(",") }));
    if (!response.ok) throw new Error(`The images' names could not be read (${response.status}).`);
    const byID = new Map((await response.json()).images.map((image) => [image.image_id, image]));
    for (const { id, resolve, reject } of some) byID.has(id) ? resolve(byID.get(id)) : reject(new Error("The image is gone."));
  } catch (error) {
    for (const { reject } of some) reject(error);
  }
}

// picture gives an image's thumbnail once it is there; until then it is null, and ready is called when that changes.
export function picture(dataset, id, ready) {
  const key = `${dataset}\n${id}`;
  if (!pictures.has(key)) {
    pictures.set(key, null);
    about(dataset, id).then(async ({ sha256 }) => {
      const image = new Image();
      image.src = `/thumbnails/${sha256}`;
      await image.decode();
      pictures.set(key, image);
      ready();
    }).catch(() => { /* the point stays a point */ });
  }
  return pictures.get(key);
}
