#!lua flags=allow-oom
-- alias: de quem é um nome (ver aliases.py). Sem dono: ninguém o tem, ou foi deixado ("|<quem o deixou>").
-- op: {o que fazer, ttl ms, nome, t}: 'look' só olha | 'read' lê, e é uso: renova | 'claim' dá-o a t, se está sem
--     dono | 'point' dá-o a t, a não ser que t o tenha deixado | 'give' dá-o a t | 'leave' tira-o de t, se é de t ou
--     de ninguém
--   | {'meet', ttl ms, {chave inteira de cada nome}}: ver names.lua
-- resposta por op: o que fica gravado do nome, como se grava; '' se nada; de 'meet', a lista disso

local function settle(what, ttl, name, t)
  local key = P .. ':alias:' .. name
  local found = redis.call('GET', key) or ''
  local owner, leaver = owner_and_leaver(found)
  if what == 'claim' and owner == '' then owner = t end
  if what == 'point' and leaver ~= t then owner = t end
  if what == 'give' then owner = t end
  if what == 'leave' and (owner == t or found == '') then owner, leaver = '', t end
  if (leaver == '' and owner or owner .. '|' .. leaver) ~= found then return write_name(key, owner, leaver, ttl) end
  if found ~= '' and what ~= 'look' then renew(key, ttl) end
  return found
end

local replies = {}
for i, op in ipairs(ops()) do
  if op[1] == 'meet' then
    replies[i] = meet(op[2], op[3])
  else
    replies[i] = settle(unpack(op))
  end
end
return replies
