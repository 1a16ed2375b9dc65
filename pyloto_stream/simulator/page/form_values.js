// Os valores de um formulário: `${form.x}`, `${data.x}` e `${screen.TELA.form.x}` viram o que valem agora.
const WHOLE = /^\$\{([\w.-]+)\}$/;
const PART = /\$\{([\w.-]+)\}/g;

// `scope` é {form, data, screen: {TELA: {form, data}}}. Uma referência inteira guarda o tipo do valor.
export function valueOf(raw, scope) {
  if (Array.isArray(raw)) return raw.map((each) => valueOf(each, scope));
  if (raw && typeof raw === "object") {
    return Object.fromEntries(Object.entries(raw).map(([key, each]) => [key, valueOf(each, scope)]));
  }
  if (typeof raw !== "string") return raw;
  const whole = raw.match(WHOLE);
  if (whole) return follow(whole[1], scope);
  return raw.replace(PART, (_, path) => String(follow(path, scope) ?? ""));
}

function follow(path, scope) {
  return path.split(".").reduce((at, key) => (at && Object.hasOwn(at, key) ? at[key] : undefined), scope);
}

// Uma condição simples: uma referência, ou `${a} == 'b'` e `${a} != 'b'`.
export function holds(condition, scope) {
  const found = String(condition).match(/^(.+?)\s*(==|!=)\s*(.+)$/);
  if (!found) return valueOf(condition, scope) === true;
  const [, left, sign, right] = found;
  const same = String(valueOf(left.trim(), scope)) === String(valueOf(right.trim().replace(/^'(.*)'$/, "$1"), scope));
  return sign === "==" ? same : !same;
}
