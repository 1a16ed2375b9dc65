#!lua flags=allow-oom
-- alias: de quem é um nome (ver aliases.py). Sem dono: ninguém o tem, ou foi deixado ("|<quem o deixou>").
-- op: {o que fazer, ttl ms, nome, t}: 'look' só olha | 'read' lê, e é uso: renova | 'claim' dá-o a t, se está sem
--     dono | 'point' dá-o a t, a não ser que t o tenha deixado | 'give' dá-o a t | 'leave' tira-o de t, se é de t ou
--     de ninguém
--   | {'meet', ttl ms, t, {chave inteira de cada nome, que pode ser de outra partição do mesmo servidor}}: 'read' de
--     todos; sem registro de nenhum, ficam com t, de quem o último já é: esse só se grava se não há outro
-- resposta por op: o que fica gravado do nome, como se grava; '' se nada; de 'meet', a lista disso
--
-- Um nome que alguém já deixou não expira: esquecido, voltaria a quem o tinha primeiro.
local RENEW_MS = 86400000 -- uma renovação por dia chega; cada uma é uma gravação replicada

local function touch(key, ttl)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < ttl - RENEW_MS then redis.call('PEXPIREAT', key, int(now + ttl)) end
end

local function meet(_, ttl, t, keys)
  local found, known = redis.call('MGET', unpack(keys)), false
  for n, key in ipairs(keys) do
    if found[n] then
      known = true
      touch(key, ttl)
    end
    found[n] = found[n] or ''
  end
  if not known then
    for n = 1, math.max(1, #keys - 1) do
      redis.call('SET', keys[n], t, 'PXAT', int(now + ttl))
      found[n] = t
    end
  end
  return found
end

local function settle(what, ttl, name, t)
  local key = P .. ':alias:' .. name
  local found = redis.call('GET', key) or ''
  local owner, leaver = string.match(found, '^([^|]*)|?(.*)$')
  if what == 'claim' and owner == '' then owner = t end
  if what == 'point' and leaver ~= t then owner = t end
  if what == 'give' then owner = t end
  if what == 'leave' and (owner == t or found == '') then owner, leaver = '', t end
  local value = leaver == '' and owner or owner .. '|' .. leaver
  if value == found then
    if found ~= '' and what ~= 'look' then touch(key, ttl) end
  elseif leaver ~= '' then
    redis.call('SET', key, value)
  else
    redis.call('SET', key, value, 'PXAT', int(now + ttl))
  end
  return value
end

local replies = {}
for i, op in ipairs(ops()) do
  local act = op[1] == 'meet' and meet or settle
  replies[i] = act(unpack(op))
end
return replies
