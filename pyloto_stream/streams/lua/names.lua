-- De quem é um nome, para `alias` e `accept` (ver aliases.py).
local RENEW_MS = 86400000 -- uma renovação por dia chega; cada uma é uma gravação replicada

local function renew(key, ttl)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < ttl - RENEW_MS then redis.call('PEXPIREAT', key, int(now + ttl)) end
end

local function owner_and_leaver(found) return string.match(found, '^([^|]*)|?(.*)$') end

-- Um nome que alguém já deixou não expira: esquecido, voltaria a quem o tinha primeiro.
local function write_name(key, owner, leaver, ttl)
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
local function person_of(keys, owners, leavers)
  for n = 1, #keys do
    if owners[n] ~= '' then return owners[n] end
  end
  if leavers[#keys] == '' then return name_of(keys[#keys]) end
  return #keys > 1 and name_of(keys[1]) or nil
end

-- Os 'read', 'claim' e 'point' de uma pessoa, de uma vez, como `AliasTable.resolve` os pediria; só não se decide aqui quem
-- vem apenas por um telefone que alguém deixou: a chave dele não se calcula aqui. keys: a chave inteira de cada nome, do
-- mais forte ao mais fraco, que pode ser de outra partição do mesmo servidor. Responde o que fica gravado de cada nome.
local function meet(ttl, keys)
  local found, owners, leavers = redis.call('MGET', unpack(keys)), {}, {}
  for n, key in ipairs(keys) do
    if found[n] then renew(key, ttl) end
    found[n] = found[n] or ''
    owners[n], leavers[n] = owner_and_leaver(found[n])
  end
  local person = person_of(keys, owners, leavers)
  if not person then return found end
  if owners[1] == '' then found[1] = write_name(keys[1], person, leavers[1], ttl) end
  for n = 2, #keys do
    local owner = owners[n] == '' and name_of(keys[n]) or owners[n] -- sem dono, um nome fraco é de si mesmo
    if owner ~= person and leavers[n] ~= person then found[n] = write_name(keys[n], person, leavers[n], ttl) end
  end
  return found
end
