// The two binary forms that /map/points and /map/values send; search/mapbinary.go writes them and says what is in them.

const textOf = (bytes) => String.fromCharCode(...bytes);

function header(buffer, magic, size) {
  if (buffer.byteLength < size || textOf(new Uint8Array(buffer, 0, 4)) !== magic) throw new Error("This is no map.");
  const view = new DataView(buffer);
  if (view.getUint16(4, true) !== 1) throw new Error("The page is older than the server: reload it.");
  return { view, size: view.getUint16(6, true), n: view.getUint32(8, true) };
}

// readPoints gives ids, categories (indices) and places: x and y of every point in the unit square, y upwards.
export function readPoints(buffer) {
  const { view, size, n } = header(buffer, "CNMP", 40);
  const first = Number(view.getBigUint64(16, true));
  const offsets = new Uint32Array(buffer, size, n);
  const x = new Uint16Array(buffer, size + 4 * n, n), y = new Uint16Array(buffer, size + 6 * n, n);
  const ids = new Float64Array(n), places = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    ids[i] = first + offsets[i];
    places[2 * i] = x[i] / 65535;
    places[2 * i + 1] = y[i] / 65535;
  }
  return {
    n, ids, places, categories: new Uint16Array(buffer, size + 8 * n, n),
    width: view.getUint16(36, true) / 65535, height: view.getUint16(38, true) / 65535,
  };
}

// readValues gives one number in [0, 1] for every point, NaN where there is none, and what 0 and 1 stand for.
export function readValues(buffer) {
  const { view, size, n } = header(buffer, "CNMV", 24);
  const raw = new Uint16Array(buffer, size, n), shares = new Float32Array(n);
  for (let i = 0; i < n; i++) shares[i] = raw[i] === 65535 ? NaN : raw[i] / 65534;
  return { n, shares, low: view.getFloat32(16, true), high: view.getFloat32(20, true) };
}

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// load asks again while the server is busy computing.
export async function load(address, read) {
  let response = await fetch(address);
  for (let tries = 0; response.status === 503 && tries < 30; tries++) {
    await wait(2000);
    response = await fetch(address);
  }
  if (!response.ok) throw new Error(`The map could not be read (${response.status}).`);
  return read(await response.arrayBuffer());
}

// readRanges reads "3-7 12": 3, 4, 5, 6, 7 and 12.
export function readRanges(text) {
  const set = new Set();
  for (const range of (text ?? "").split(" ")) {
    if (!range) continue;
    const [from, to = from] = range.split("-").map(Number);
    for (let id = from; id <= to; id++) set.add(id);
  }
  return set;
}
