// Cada componente de um Flow como elemento da página. Devolvem {node, name, value(), trouble()}.
import { element, icon, input, labelled } from "/nodes.js";

const INPUTS = { text: "text", email: "email", number: "text", phone: "tel", password: "password", passcode: "password" };
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const REQUIRED = "Preencha este campo.";
let groups = 0;

export const FIELDS = {
  TextInput(part, was) {
    const kind = part["input-type"] ?? "text";
    const node = input(INPUTS[kind] ?? "text", was ?? "", { autocomplete: "off" });
    if (kind === "number" || kind === "passcode") node.inputMode = "decimal";
    node.maxLength = part["max-chars"] ?? 80;
    return typed(part, node, (text) => {
      if (part["min-chars"] && text.length < part["min-chars"]) return `Escreva ao menos ${part["min-chars"]} caracteres.`;
      if (kind === "number" && !NUMBER.test(text)) return "Escreva um número.";
      if (kind === "email" && !EMAIL.test(text)) return "Escreva um e-mail.";
      return "";
    });
  },
  TextArea(part, was) {
    const node = element("textarea");
    node.rows = 3;
    node.value = was ?? "";
    node.maxLength = part["max-length"] ?? 600;
    return typed(part, node, () => "");
  },
  DatePicker(part, was) {
    const limits = {};
    for (const edge of ["min", "max"]) if (part[`${edge}-date`]) limits[edge] = day(part[`${edge}-date`]);
    return typed(part, input("date", was ?? "", limits), (text) => (
      (limits.min && text < limits.min) || (limits.max && text > limits.max) ? "Escolha uma data dentro do prazo." : ""
    ));
  },
  Dropdown(part, was) {
    const node = element("select");
    node.append(new Option("Escolha", ""));
    for (const each of part["data-source"] ?? []) {
      const option = new Option(each.title, each.id, false, each.id === was);
      option.disabled = each.enabled === false;
      node.append(option);
    }
    return typed(part, node, () => "");
  },
  RadioButtonsGroup: (part, was) => group(part, was === undefined ? [] : [was], "radio"),
  CheckboxGroup: (part, was) => group(part, was ?? [], "checkbox"),
  ChipsSelector: (part, was) => group(part, was ?? [], "checkbox"),
  OptIn(part, was) {
    const node = input("checkbox", "", {});
    node.checked = was === true;
    const label = element("label", "choice");
    label.append(node, element("span", "", part.label));
    const box = element("div", "labelled");
    box.append(label);
    return finish(part, box, [node], () => node.checked, (value) => (value ? "" : "É preciso aceitar para continuar."));
  },
};

function typed(part, node, check) {
  node.disabled = part.enabled === false;
  if (part.required) node.setAttribute("aria-required", "true");
  const box = labelled(part.label + (part.required ? "" : " (opcional)"), node);
  if (part["helper-text"]) box.append(element("small", "helper", part["helper-text"]));
  return finish(part, box, [node], () => node.value.trim(), (value) => (value ? check(value) : REQUIRED));
}

function group(part, was, type) {
  const box = element("fieldset", "labelled");
  const name = `group-${groups += 1}`;
  box.append(element("legend", "", part.label + (part.required ? "" : " (opcional)")));
  if (part.description) box.append(element("small", "helper", part.description));
  const nodes = (part["data-source"] ?? []).map((each) => {
    const node = input(type, each.id, { name });
    node.checked = was.includes(each.id);
    node.disabled = each.enabled === false;
    const label = element("label", "choice");
    const words = element("span");
    words.append(element("b", "", each.title));
    if (each.description) words.append(element("small", "", each.description));
    label.append(node, words);
    box.append(label);
    return node;
  });
  const chosen = () => nodes.filter((node) => node.checked).map((node) => node.value);
  const [least, most] = [part["min-selected-items"] ?? 0, part["max-selected-items"] ?? Infinity];
  if (type === "radio") return finish(part, box, nodes, () => chosen()[0] ?? "", (value) => (value ? "" : "Escolha uma opção."));
  return finish(part, box, nodes, chosen, (value) => {
    if (!value.length) return "Escolha ao menos uma opção.";
    if (value.length < least) return `Escolha ao menos ${least} opções.`;
    return value.length > most ? `Escolha no máximo ${most} opções.` : "";
  });
}

// Junta o aviso de erro ao campo. Um campo opcional vazio não tem problema.
function finish(part, box, nodes, value, check) {
  const warning = element("small", "wrong");
  warning.id = `wrong-${groups += 1}`;
  warning.hidden = true;
  box.append(warning);
  const show = (words) => {
    warning.hidden = !words;
    warning.replaceChildren(...(words ? [icon("i-alert", "tick"), words] : []));
    for (const node of nodes) {
      node.setAttribute("aria-invalid", String(Boolean(words)));
      node.setAttribute("aria-describedby", words ? warning.id : "");
    }
    return words ? nodes[0] : null;
  };
  box.addEventListener("input", () => show(""));
  const empty = () => [value()].flat().filter(Boolean).length === 0;
  const trouble = () => show(!part.required && empty() ? "" : check(value()));
  return { node: box, name: part.name, value, trouble, show };
}

function day(value) {
  return /^\d{13}$/.test(value) ? new Date(Number(value)).toISOString().slice(0, 10) : value;
}
