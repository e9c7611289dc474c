// A photograph before it is sent: turned upright, judged and made small. It sends nothing itself.
// The figures below were measured on drawn papers: tests/load/capture.py prints the table.
(function () {
  "use strict";

  const LONGEST = 2000; // pixels of what is sent
  const BYTES = 250 * 1024; // of what is sent
  const LOOK = 1000, TILE = 16; // pixels: the copy that is judged, and what of it is looked at at once
  const INK = 50; // grey levels within a tile that holds something written
  const STEP = 25, SMALL = 900, DARK = 60, BLUR = 0.65, GLARE = 0.002, CUT = 0.08, FAR = 0.2;

  // Browsers differ in whether they turn a photograph by its Exif: without it, none does.
  async function withoutExif(file) {
    const head = new DataView(await new Response(file.slice(0, 131072)).arrayBuffer());
    const plain = { blob: file, turn: 1 };
    if (head.byteLength < 12 || head.getUint16(0) !== 0xffd8) return plain;
    for (let at = 2; at + 12 < head.byteLength && head.getUint8(at) === 0xff; ) {
      const marker = head.getUint8(at + 1), end = at + 2 + head.getUint16(at + 2);
      if (marker === 0xda) break;
      if (marker === 0xe1 && head.getUint32(at + 4) === 0x45786966) {
        const parts = [file.slice(0, at), file.slice(end)];
        return { blob: new Blob(parts, { type: file.type }), turn: turnOf(head, at + 10) };
      }
      at = end;
    }
    return plain;
  }

  function turnOf(head, start) {
    try {
      const little = head.getUint16(start) === 0x4949;
      const first = start + head.getUint32(start + 4, little);
      for (let left = head.getUint16(first, little), at = first + 2; left; left--, at += 12) {
        const turn = head.getUint16(at + 8, little);
        if (head.getUint16(at, little) === 0x112) return turn > 0 && turn < 9 ? turn : 1;
      }
    } catch (damaged) {
      return 1;
    }
    return 1;
  }

  function draw(source, longest, turn, use) {
    const scale = Math.min(1, longest / Math.max(source.width, source.height));
    const w = Math.round(source.width * scale), h = Math.round(source.height * scale);
    const canvas = document.createElement("canvas");
    canvas.width = turn > 4 ? h : w;
    canvas.height = turn > 4 ? w : h;
    const context = canvas.getContext("2d", use);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.setTransform(...[
      [1, 0, 0, 1, 0, 0], [-1, 0, 0, 1, w, 0], [-1, 0, 0, -1, w, h], [1, 0, 0, -1, 0, h],
      [0, 1, 1, 0, 0, 0], [0, 1, -1, 0, h, 0], [0, -1, -1, 0, h, w], [0, -1, 1, 0, 0, w],
    ][turn - 1]);
    context.drawImage(source, 0, 0, w, h);
    return canvas;
  }

  function greyOf(canvas) {
    const w = canvas.width, h = canvas.height;
    const data = canvas.getContext("2d").getImageData(0, 0, w, h).data;
    const grey = new Uint8Array(w * h);
    for (let i = 0, j = 0; i < grey.length; i++, j += 4) {
      grey[i] = (data[j] * 77 + data[j + 1] * 150 + data[j + 2] * 29) >> 8;
    }
    return { grey, w, h };
  }

  // What one tile holds: its darkest, lightest and mean grey, its steepest steps, its white pixels.
  function tileOf(image, left, top) {
    const grey = image.grey, w = image.w;
    let low = 255, high = 0, sum = 0, across = 0, down = 0, white = 0;
    for (let y = top; y < top + TILE; y++) {
      for (let i = y * w + left, end = i + TILE; i < end; i++) {
        const value = grey[i];
        const dx = Math.abs(grey[i + 1] - grey[i - 1]), dy = Math.abs(grey[i + w] - grey[i - w]);
        if (value < low) low = value;
        if (value > high) high = value;
        if (value > 249) white++;
        if (dx > across) across = dx;
        if (dy > down) down = dy;
        sum += value;
      }
    }
    const range = high - low;
    return {
      mean: sum / TILE / TILE, ink: range >= INK, white: white > 0.9 * TILE * TILE,
      across: across / range, down: down / range,
    };
  }

  function at(share, values) {
    const sorted = values.sort((a, b) => a - b);
    return sorted.length ? sorted[Math.floor(share * (sorted.length - 1))] : 0;
  }

  // How much of a side has writing that runs out of the picture: an edge of the paper which only
  // skims the end has none behind it.
  function writingCut(tiles, columns, rows) {
    const ink = (row, column) => tiles[row * columns + column].ink;
    const share = function (count, isCut) {
      let found = 0;
      for (let i = 0; i < count; i++) if (isCut(i)) found++;
      return found / count;
    };
    const bottom = rows - 1, right = columns - 1;
    return Math.max(
      share(columns, (i) => ink(0, i) && ink(1, i)),
      share(columns, (i) => ink(bottom, i) && ink(bottom - 1, i)),
      share(rows, (i) => ink(i, 0) && ink(i, 1)),
      share(rows, (i) => ink(i, right) && ink(i, right - 1))
    );
  }

  // Sides of the picture where the paper goes on to the end, although its edge is seen on others.
  function sidesWithoutEdge(tiles, columns, rows) {
    const mean = (row, column) => tiles[row * columns + column].mean;
    const deep = (count) => Math.round(0.15 * count);
    const sides = [
      [columns, (i) => [mean(0, i), mean(deep(rows), i)]],
      [columns, (i) => [mean(rows - 1, i), mean(rows - 1 - deep(rows), i)]],
      [rows, (i) => [mean(i, 0), mean(i, deep(columns))]],
      [rows, (i) => [mean(i, columns - 1), mean(i, columns - 1 - deep(columns))]],
    ].map(function ([count, pair]) {
      const pairs = [];
      for (let i = Math.round(0.2 * count); i < 0.8 * count; i++) pairs.push(pair(i));
      const stepped = pairs.filter(([outer, inner]) => Math.abs(outer - inner) > STEP);
      return {
        edge: stepped.length / pairs.length,
        outer: at(0.5, pairs.map((each) => each[0])), inner: at(0.5, pairs.map((each) => each[1])),
      };
    });
    const seen = sides.filter((side) => side.edge > 0.7);
    if (seen.length < 2) return 0;
    const table = at(0.5, seen.map((side) => side.outer)), paper = at(0.5, seen.map((side) => side.inner));
    return sides.filter(
      (side) => side.edge < 0.4 && Math.abs(side.outer - paper) < Math.abs(side.outer - table)
    ).length;
  }

  // Figures of a picture, each a share of 1 but `light`, a grey level, and `longest`, in pixels.
  function measure(canvas, longest) {
    const image = greyOf(canvas);
    const columns = Math.floor((image.w - 2) / TILE), rows = Math.floor((image.h - 2) / TILE);
    const tiles = [], xs = [], ys = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const x = column === columns - 1 ? image.w - 1 - TILE : 1 + column * TILE;
        const y = row === rows - 1 ? image.h - 1 - TILE : 1 + row * TILE;
        const tile = tileOf(image, x, y);
        tiles.push(tile);
        if (!tile.ink) continue;
        xs.push(column);
        ys.push(row);
      }
    }
    const ink = tiles.filter((tile) => tile.ink);
    const light = at(0.5, tiles.map((tile) => tile.mean));
    const white = tiles.filter((tile) => tile.white).length / tiles.length;
    const wide = at(0.98, xs) - at(0.02, xs) + 1, high = at(0.98, ys) - at(0.02, ys) + 1;
    return {
      longest, light,
      bright: at(0.9, tiles.map((tile) => tile.mean)),
      sharp: Math.min(at(0.5, ink.map((tile) => tile.across)), at(0.5, ink.map((tile) => tile.down))),
      glare: light < 240 ? white : 0,
      cut: writingCut(tiles, columns, rows),
      open: sidesWithoutEdge(tiles, columns, rows),
      fill: ink.length ? (wide * high) / tiles.length : 0,
    };
  }

  // The gravest thing that is wrong, or nothing. A face has no letters to be read.
  function judge(figures, isPaper) {
    if (figures.longest < SMALL) return "small";
    if (figures.bright < DARK) return "dark";
    if (!isPaper) return "";
    if (figures.fill < FAR) return "far";
    if (figures.sharp < BLUR) return "blur";
    if (figures.glare > GLARE) return "glare";
    return figures.cut > CUT || figures.open ? "cut" : "";
  }

  function encode(canvas, quality) {
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  }

  async function shrink(canvas) {
    for (;;) {
      for (const quality of [0.85, 0.75, 0.65, 0.55]) {
        const blob = await encode(canvas, quality);
        if (blob && blob.size <= BYTES) return blob;
      }
      canvas = draw(canvas, 0.85 * Math.max(canvas.width, canvas.height), 1);
    }
  }

  // Open a file: {figures, verdict, small(), show(canvas)}; null where this browser cannot.
  async function open(file, isPaper) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || !self.createImageBitmap) return null;
    try {
      const { blob, turn } = await withoutExif(file);
      const bitmap = await createImageBitmap(blob);
      const longest = Math.max(bitmap.width, bitmap.height);
      const look = draw(bitmap, LOOK, turn, { willReadFrequently: true });
      const figures = measure(look, longest);
      const fits = file.type === "image/jpeg" && turn === 1 && longest <= LONGEST && blob.size <= BYTES;
      // What is sent takes longer to draw than to judge: the verdict does not wait for it.
      const sent = new Promise((now) => setTimeout(now)).then(function () {
        const canvas = fits || draw(bitmap, LONGEST, turn);
        bitmap.close();
        return fits ? blob : shrink(canvas);
      }).catch(() => file);
      return {
        figures,
        verdict: judge(figures, isPaper),
        small: () => sent,
        show(preview) {
          const small = draw(look, 320, 1);
          preview.width = small.width;
          preview.height = small.height;
          preview.getContext("2d").drawImage(small, 0, 0);
        },
      };
    } catch (unreadable) {
      return null;
    }
  }

  self.picture = { open };
})();
