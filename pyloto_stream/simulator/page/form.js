// Um Flow aberto como formulário: desenha a tela do momento e faz o que o aplicativo faz a cada toque.
// Limite: condições (`If`, `visible`) valem ao desenhar a tela, e não a cada letra; fotos e documentos não há.
import { FIELDS } from "/form_fields.js";
import { holds, valueOf } from "/form_values.js";
import { formatted, link } from "/format.js";
import { $, button, element, icon } from "/nodes.js";
import { open } from "/sheet.js";

const [sheet, body, snack] = [$("form-sheet"), $("form-body"), $("form-snack")];
const TEXTS = { TextHeading: "h3", TextSubheading: "h4", TextBody: "p", TextCaption: "small", RichText: "p" };
let flow = null; // {definition, ask, trail: [{id, data, form}], kept: {tela: o que já se escreveu nela}}

// `ask(passo)` leva um passo ao simulador: {do, screen, data}.
export async function openForm(item, ask) {
  flow = { definition: null, ask, trail: [], kept: {} };
  $("form-title").textContent = item.button;
  body.replaceChildren(element("p", "hint", "Abrindo…"));
  warn("");
  $("form-back").hidden = true;
  open(sheet);
  const mine = flow;
  const view = await ask({ do: "open" });
  if (flow !== mine) return;
  if (view.error) return fail(view);
  flow.definition = view.definition;
  go(view);
}

sheet.addEventListener("close", () => { flow = null; });
$("form-back").addEventListener("click", async () => {
  const [now, before] = [flow.trail.at(-1), flow.trail.at(-2)];
  if (!before) return;
  const refresh = screenOf(now.id).refresh_on_back;
  if (refresh) return take(await busy({ do: "back", screen: now.id, data: {} }));
  flow.trail.pop();
  draw();
});
body.addEventListener("submit", (event) => event.preventDefault());

const screenOf = (id) => flow.definition.screens.find((screen) => screen.id === id);

// Vai à tela de `view`; se já se passou por ela, volta até lá com os dados novos.
function go(view) {
  const place = flow.trail.findIndex((each) => each.id === view.screen);
  const form = flow.kept[view.screen] ??= {};
  if (place >= 0) flow.trail.length = place;
  flow.trail.push({ id: view.screen, data: view.data ?? {}, form });
  draw();
}

function take(view) {
  if (!flow || !view) return;
  if (view.error) return fail(view);
  if (view.sent) return sheet.close();
  const { error_message: words, ...data } = view.data ?? {};
  go({ screen: view.screen, data });
  warn(words ?? "");
}

function fail({ error }) {
  const words = error === "offline" ? "O simulador não respondeu." : error;
  const box = element("div", "broken");
  box.append(icon("i-ban"), element("p", "", words), button("second", "Fechar", () => sheet.close()));
  body.replaceChildren(box);
  box.querySelector("button").focus();
}

function warn(words) {
  snack.hidden = !words;
  snack.textContent = words;
}

async function busy(step) {
  const mine = flow;
  body.inert = true;
  body.setAttribute("aria-busy", "true");
  const view = await flow.ask(step);
  body.inert = false;
  body.removeAttribute("aria-busy");
  return flow === mine ? view : null;
}

function scopeOf(at) {
  const screen = Object.fromEntries(flow.trail.map(({ id, data, form }) => [id, { data, form }]));
  return { data: at.data, form: at.form, screen };
}

function draw() {
  const at = flow.trail.at(-1);
  const screen = screenOf(at.id);
  const fields = [];
  $("form-title").textContent = valueOf(screen.title ?? "", scopeOf(at));
  $("form-back").hidden = flow.trail.length < 2;
  warn("");
  const parts = flatten(screen.layout.children, at);
  body.replaceChildren(...parts.map((part) => component(part, at, fields)).filter(Boolean));
  body.scrollTop = 0;
  body.querySelector("input, textarea, select, button")?.focus();
}

// Os componentes à vista, com `Form` e condições já abertos.
function flatten(parts, at) {
  const scope = scopeOf(at);
  return parts.flatMap((raw) => {
    if (raw.type === "Form") {
      for (const [name, value] of Object.entries(valueOf(raw["init-values"] ?? {}, scope))) at.form[name] ??= value;
      return flatten(raw.children, at);
    }
    if (raw.type === "If") return flatten((holds(raw.condition, scope) ? raw.then : raw.else) ?? [], at);
    if (raw.type === "Switch") return flatten(raw.cases[valueOf(raw.value, scope)] ?? raw.cases.default ?? [], at);
    if (valueOf(raw.visible ?? true, scope) === false) return [];
    const action = raw["on-click-action"]; // só vale na hora do toque: os campos ainda vão mudar
    return [{ ...valueOf({ ...raw, "on-click-action": null }, scope), "on-click-action": action }];
  });
}

function component(part, at, fields) {
  const act = () => run(part["on-click-action"], at, fields);
  if (FIELDS[part.type]) {
    const field = FIELDS[part.type](part, at.form[part.name] ?? part["init-value"]);
    fields.push(field);
    field.node.addEventListener("input", () => { at.form[field.name] = field.value(); });
    return field.node;
  }
  switch (part.type) {
    case "Footer": {
      const node = button("fresh", part.label, act);
      node.type = "submit";
      node.disabled = part.enabled === false;
      return node;
    }
    case "EmbeddedLink":
      return button("second", part.text, act);
    case "NavigationList": {
      const box = element("div", "rows");
      box.append(...(part["list-items"] ?? []).map((each) => listRow(each, at, fields, part)));
      return box;
    }
    case "Image":
      return picture(part);
    default: {
      const node = element(TEXTS[part.type] ?? "p", part.type in TEXTS ? "" : "hint");
      if (part.type in TEXTS) node.append(formatted([part.text].flat().join("\n")));
      else node.textContent = `“${part.type}” não é desenhado nesta tela.`;
      return node;
    }
  }
}

function listRow(each, at, fields, part) {
  const words = each["main-content"] ?? {};
  const node = button("row", "", () => run(each["on-click-action"] ?? part["on-click-action"], at, fields));
  const text = element("span");
  text.append(element("b", "", words.title), element("small", "", words.description ?? ""));
  node.append(text, icon("i-reply"));
  return node;
}

function picture({ src = "", "alt-text": alt = "" }) {
  const node = element("img", "photo");
  node.alt = alt;
  node.src = `data:image/${src.startsWith("iVBOR") ? "png" : "jpeg"};base64,${src}`;
  return node;
}

async function run(action, at, fields) {
  const mine = flow;
  const wrong = fields.map((field) => field.trouble()).find(Boolean);
  if (wrong) return wrong.focus();
  for (const field of fields) at.form[field.name] = field.value();
  const data = valueOf(action.payload ?? {}, scopeOf(at)); // o que ninguém preencheu não vai
  switch (action.name) {
    case "navigate":
      return go({ screen: action.next.name, data });
    case "open_url":
      return link(valueOf(action.url, scopeOf(at)), "").click();
    case "update_data":
      at.data = { ...at.data, ...data };
      return draw();
    default: {
      const what = action.name === "complete" ? "complete" : "exchange";
      const view = await busy({ do: what, screen: at.id, data });
      if (flow === mine) take(view);
    }
  }
}
