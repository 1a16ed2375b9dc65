// Exemplos feitos na hora, para quem não tem um arquivo à mão: nada vem de fora.
import { element, icon } from "/nodes.js";

export const EXAMPLE_VOICE = "/sample.ogg";
export const STICKERS = ["sorriso", "coração", "joinha", "encomenda"];

function canvas(width, height) {
  const node = element("canvas");
  [node.width, node.height] = [width, height];
  return [node, node.getContext("2d")];
}

function blob(node, type) {
  return new Promise((resolve) => { node.toBlob(resolve, type, 0.9); });
}

// Uma caixa sobre uma mesa, ao entardecer.
export async function drawPhoto() {
  const [node, pen] = canvas(720, 480);
  const sky = pen.createLinearGradient(0, 0, 0, 330);
  sky.addColorStop(0, "#2f6f87");
  sky.addColorStop(1, "#f3b27a");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 720, 330);
  pen.fillStyle = "#ffe3b0";
  pen.beginPath();
  pen.arc(560, 210, 52, 0, Math.PI * 2);
  pen.fill();
  pen.fillStyle = "#6b4a36";
  pen.fillRect(0, 330, 720, 150);
  const faces = [["#c98f55", [200, 190, 250, 190]], ["#a9713b", [450, 190, 90, 190]], ["#e0ac72", [200, 160, 340, 42]]];
  for (const [tone, box] of faces) {
    pen.fillStyle = tone;
    pen.fillRect(...box);
  }
  pen.fillStyle = "#f2e3c9";
  pen.fillRect(298, 160, 46, 220);
  return new File([await blob(node, "image/jpeg")], "encomenda.jpg", { type: "image/jpeg" });
}

// Cada figurinha é desenhada num quadro de 100 por 100.
const SHAPES = {
  sorriso(pen) {
    disc(pen, 50, 50, 40, "#ffd35c");
    disc(pen, 36, 42, 5, "#4a3310");
    disc(pen, 64, 42, 5, "#4a3310");
    stroke(pen, "#4a3310", (line) => line.arc(50, 52, 20, 0.25, Math.PI - 0.25));
  },
  coração(pen) {
    pen.fillStyle = "#e0415a";
    pen.fill(new Path2D("M50 86C18 62 8 46 8 31a21 21 0 0 1 42-6 21 21 0 0 1 42 6c0 15-10 31-42 55z"));
  },
  joinha(pen) {
    disc(pen, 50, 50, 40, "#2aa36b");
    stroke(pen, "#fff", (line) => { line.moveTo(31, 52); line.lineTo(45, 66); line.lineTo(70, 36); });
  },
  encomenda(pen) {
    const faces = [["#d8a063", "M10 32 50 14 90 32 50 50z"], ["#b97d41", "M10 32 50 50v40L10 72z"], ["#96602c", "M90 32 50 50v40l40-18z"]];
    for (const [tone, shape] of faces) {
      pen.fillStyle = tone;
      pen.fill(new Path2D(shape));
    }
    stroke(pen, "#f2e3c9", (line) => { line.moveTo(30, 23); line.lineTo(70, 41); });
  },
};

function disc(pen, x, y, radius, tone) {
  pen.fillStyle = tone;
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fill();
}

function stroke(pen, tone, path) {
  Object.assign(pen, { strokeStyle: tone, lineWidth: 7, lineCap: "round", lineJoin: "round" });
  pen.beginPath();
  path(pen);
  pen.stroke();
}

export function drawSticker(name) {
  const [node, pen] = canvas(512, 512);
  pen.scale(5.12, 5.12);
  SHAPES[name](pen);
  return node;
}

export const stickerBlob = (node) => blob(node, "image/webp");

// Uma página em branco com uma frase: o menor PDF que todo leitor abre.
export function examplePdf() {
  const words = "BT /F1 20 Tf 60 760 Td (Lista de itens do pedido) Tj ET";
  const parts = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    `<</Length ${words.length}>>stream\n${words}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  let text = "%PDF-1.4\n";
  const places = parts.map((part, number) => {
    const at = text.length;
    text += `${number + 1} 0 obj${part}endobj\n`;
    return at;
  });
  const start = text.length;
  const rows = places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 ${parts.length + 1}\n0000000000 65535 f \n${rows}`;
  text += `trailer<</Size ${parts.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
  return new File([text], "lista-do-pedido.pdf", { type: "application/pdf" });
}

// A imagem escolhida, desenhada aqui mesmo; um vídeo mostra só o nome.
export async function preview(file) {
  if (file.type.startsWith("image/")) {
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(1, 640 / image.width);
      const [node, pen] = canvas(Math.max(1, image.width * scale), Math.max(1, image.height * scale));
      pen.drawImage(image, 0, 0, node.width, node.height);
      node.setAttribute("role", "img");
      node.setAttribute("aria-label", `Prévia de ${file.name}`);
      return node;
    } catch { /* não é uma imagem que o navegador abra: fica o nome */ }
  }
  const chip = element("span", "file");
  chip.append(icon("i-photo"), element("b", "", file.name));
  return chip;
}
