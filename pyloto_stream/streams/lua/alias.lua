#!lua flags=allow-oom
-- alias: de quem é um nome (ver aliases.py). Sem dono: ninguém o tem, ou foi deixado ("|<quem o deixou>").
-- op: {o que fazer, ttl ms, nome, t}: 'look' só olha | 'read' lê, e é uso: renova | 'claim' dá-o a t, se está sem
--     dono | 'point' dá-o a t, a não ser que t o tenha deixado | 'give' dá-o a t | 'leave' tira-o de t, se é de t ou
--     de ninguém
--   | {'meet', ttl ms, {chave inteira de cada nome, que pode ser de outra partição do mesmo servidor}}: os 'read',
--     'claim' e 'point' de uma pessoa, de uma vez, como `AliasTable.resolve` os pediria; só não se decide aqui quem vem
--     apenas por um telefone que alguém deixou: a chave dele não se calcula aqui
-- resposta por op: o que fica gravado do nome, como se grava; '' se nada; de 'meet', a lista disso
--
-- Um nome que alguém já deixou não expira: esquecido, voltaria a quem o tinha primeiro.
local RENEW_MS = 86400000 -- uma renovação por dia chega; cada uma é uma gravação replicada

local function touch(key, ttl)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < ttl - RENEW_MS then redis.call('PEXPIREAT', key, int(now + ttl)) end
end

local function parts(found) return string.match(found, '^([^|]*)|?(.*)$') end

local function write(key, owner, leaver, ttl)
  local value = leaver == '' and owner or owner .. '|' .. leaver
  if leaver ~= '' then
    redis.call('SET', key, value)
  else
    redis.call('SET', key, value, 'PXAT', int(now + ttl))
  end
  return value
end

local function name_of(key) return string.match(key, ':alias:(.*)$') end

-- Quem as regras de `_proposal` (aliases.py) dizem que a pessoa é; nil: só lá se sabe.
local function whose(keys, owners, leavers)
  for n = 1, #keys do
    if owners[n] ~= '' then return owners[n] end
  end
  if leavers[#keys] == '' then return name_of(keys[#keys]) end
  return #keys > 1 and name_of(keys[1]) or nil
end

local function meet(_, ttl, keys)
  local found, owners, leavers = redis.call('MGET', unpack(keys)), {}, {}
  for n, key in ipairs(keys) do
    if found[n] then touch(key, ttl) end
    found[n] = found[n] or ''
    owners[n], leavers[n] = parts(found[n])
  end
  local person = whose(keys, owners, leavers)
  if not person then return found end
  if owners[1] == '' then found[1] = write(keys[1], person, leavers[1], ttl) end
  for n = 2, #keys do
    local owner = owners[n] == '' and name_of(keys[n]) or owners[n] -- sem dono, um nome fraco é de si mesmo
    if owner ~= person and leavers[n] ~= person then found[n] = write(keys[n], person, leavers[n], ttl) end
  end
  return found
end

local function settle(what, ttl, name, t)
  local key = P .. ':alias:' .. name
  local found = redis.call('GET', key) or ''
  local owner, leaver = parts(found)
  if what == 'claim' and owner == '' then owner = t end
  if what == 'point' and leaver ~= t then owner = t end
  if what == 'give' then owner = t end
  if what == 'leave' and (owner == t or found == '') then owner, leaver = '', t end
  if (leaver == '' and owner or owner .. '|' .. leaver) ~= found then return write(key, owner, leaver, ttl) end
  if found ~= '' and what ~= 'look' then touch(key, ttl) end
  return found
end

local replies = {}
for i, op in ipairs(ops()) do
  local act = op[1] == 'meet' and meet or settle
  replies[i] = act(unpack(op))
end
return replies
