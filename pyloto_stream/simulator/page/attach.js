// O clipe: foto, vídeo, documento, nota de voz, figurinha, lugar e contato. Cada um tem exemplo pronto.
import { button, element, icon, input, labelled } from "/nodes.js";
import { drawPhoto, drawSticker, EXAMPLE_VOICE, examplePdf, preview, stickerBlob, STICKERS } from "/samples.js";
import { act } from "/sheet.js";
import { weight } from "/kinds.js";
import { recorder } from "/voice.js";

const PLACES = [
  ["Praça Sete de Setembro", "Londrina PR", -23.3103, -51.1628],
  ["Rua XV de Novembro", "Curitiba PR", -25.4284, -49.2733],
  ["Largo do Rosário", "Campinas SP", -22.9056, -47.0608],
];

// `out` é {file(about, blob), gesture(gesto)}.
export function attach(out) {
  const grid = element("div", "tiles");
  const tile = (tone, iconName, title, go) => {
    const node = button("tile", "", go);
    const disc = element("span", "disc");
    disc.dataset.tone = tone;
    disc.append(icon(iconName));
    node.append(disc, element("span", "", title));
    grid.append(node);
  };
  tile("photo", "i-photo", "Foto ou vídeo", () => photo(out));
  tile("file", "i-file", "Documento", () => papers(out));
  tile("voice", "i-mic", "Nota de voz", () => voice(out));
  tile("sticker", "i-sticker", "Figurinha", () => stickers(out));
  tile("place", "i-pin", "Localização", () => where(out));
  tile("contact", "i-person", "Contato", () => contact(out));
  act("Anexar", grid);
}

function chooser(accept, taken) {
  const label = element("label", "choose");
  const pick = input("file", "", { accept, class: "sr" });
  label.append(icon("i-clip"), element("span", "", "Escolher do aparelho"), pick);
  pick.addEventListener("change", () => { if (pick.files[0]) taken(pick.files[0]); });
  return label;
}

async function photo(out) {
  const frame = element("div", "preview");
  const caption = input("text", "", { maxlength: 1024, placeholder: "Legenda (opcional)" });
  let chosen = await drawPhoto();
  const take = async (file) => {
    chosen = file;
    frame.replaceChildren(await preview(file));
  };
  const close = act("Foto ou vídeo", frame, chooser("image/*,video/*", take), labelled("Legenda", caption), sender(() => {
    close();
    const kind = chosen.type.startsWith("video/") ? "video" : "image";
    out.file({ kind, caption: caption.value.trim(), name: chosen.name ?? "" }, chosen);
  }));
  await take(chosen);
}

function papers(out) {
  const frame = element("div", "preview");
  const caption = input("text", "", { maxlength: 1024, placeholder: "Legenda (opcional)" });
  let chosen = examplePdf();
  const take = (file) => {
    chosen = file;
    const words = element("span");
    words.append(element("b", "", file.name), element("small", "", weight(file.size)));
    const chip = element("span", "file");
    chip.append(icon("i-file"), words);
    frame.replaceChildren(chip);
  };
  take(chosen);
  const close = act("Documento", frame, chooser("", take), labelled("Legenda", caption), sender(() => {
    close();
    const typed = chosen.type ? chosen : new File([chosen], chosen.name, { type: "application/octet-stream" });
    out.file({ kind: "document", caption: caption.value.trim(), name: chosen.name }, typed);
  }));
}

function voice(out) {
  const send = (blob) => { close(); out.file({ kind: "voice" }, blob); };
  const example = button("second", "Mandar um áudio de exemplo", async () => {
    send(await (await fetch(EXAMPLE_VOICE)).blob());
  });
  const close = act("Nota de voz", recorder(send), example);
}

function stickers(out) {
  const grid = element("div", "stickers");
  const send = (blob) => { close(); out.file({ kind: "sticker" }, blob); };
  for (const name of STICKERS) {
    const drawn = drawSticker(name);
    const node = button("pick", "", async () => send(await stickerBlob(drawn)));
    node.setAttribute("aria-label", `Figurinha: ${name}`);
    node.append(drawn);
    grid.append(node);
  }
  const close = act("Figurinha", grid);
}

export function where(out, replyTo = "") {
  const name = input("text", "", { maxlength: 200, placeholder: "Opcional" });
  const address = input("text", "", { maxlength: 200, placeholder: "Opcional" });
  const latitude = input("number", "", { min: -90, max: 90, step: "any", required: "" });
  const longitude = input("number", "", { min: -180, max: 180, step: "any", required: "" });
  const choose = element("select");
  PLACES.forEach(([title, city], number) => choose.append(new Option(`${title}, ${city}`, String(number))));
  choose.append(new Option("Outro lugar", ""));
  const fill = () => {
    const [title = "", city = "", lat = "", lon = ""] = PLACES[choose.value] ?? [];
    [name.value, address.value, latitude.value, longitude.value] = [title, city, lat, lon];
  };
  choose.addEventListener("change", fill);
  fill();
  const pair = element("div", "pair");
  pair.append(labelled("Latitude", latitude), labelled("Longitude", longitude));
  const fields = [labelled("Lugar", choose), labelled("Nome", name), labelled("Endereço", address), pair];
  const close = act("Localização", form(fields, () => {
    close();
    out.gesture({
      do: "location", latitude: Number(latitude.value), longitude: Number(longitude.value),
      name: name.value.trim(), address: address.value.trim(), reply_to: replyTo,
    });
  }));
}

function contact(out) {
  const name = input("text", "Bruno, da oficina", { maxlength: 120, required: "", autocomplete: "off" });
  const phone = input("tel", "+5511900009999", {
    required: "", pattern: "\\+?[0-9]{6,15}", title: "De 6 a 15 algarismos", autocomplete: "off",
  });
  const close = act("Contato", form([labelled("Nome", name), labelled("Telefone", phone)], () => {
    close();
    out.gesture({ do: "contact", name: name.value.trim(), phone: phone.value });
  }));
}

function form(fields, done) {
  const node = element("form", "small-form");
  node.append(...fields, sender());
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    done();
  });
  return node;
}

function sender(act) {
  const node = element("button", "fresh");
  node.type = act ? "button" : "submit";
  node.append(icon("i-send"), "Enviar");
  if (act) node.addEventListener("click", act);
  return node;
}
