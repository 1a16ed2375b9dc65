#!lua flags=allow-oom
-- alias: de quem é um nome (ver aliases.py). Sem dono: ninguém o tem, ou foi deixado ("|<quem o deixou>").
-- op: n nome, k o que fazer: 'look' só olha | 'read' lê, e é uso: renova | 'claim' dá-o a t, se está sem dono |
--     'point' dá-o a t, a não ser que t o tenha deixado | 'give' dá-o a t | 'leave' tira-o de t, se é de t ou de
--     ninguém; ttl ms
-- resposta por op: {dono ou '', quem o deixou ou ''}, depois de feito
--
-- Um nome que alguém já deixou não expira: esquecido, voltaria a quem o tinha primeiro.
local RENEW_MS = 86400000 -- uma renovação por dia chega; cada uma é uma gravação replicada

local function touch(key, ttl)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < ttl - RENEW_MS then redis.call('PEXPIREAT', key, int(now + ttl)) end
end

local function write(key, owner, leaver, ttl)
  if leaver ~= '' then
    redis.call('SET', key, owner .. '|' .. leaver)
  else
    redis.call('SET', key, owner, 'PXAT', int(now + ttl))
  end
end

local replies = {}
for i, op in ipairs(ops()) do
  local key = P .. ':alias:' .. op.n
  local found = redis.call('GET', key)
  local owner, leaver = string.match(found or '', '^([^|]*)|?(.*)$')
  local new = owner
  if op.k == 'claim' and owner == '' then new = op.t end
  if op.k == 'point' and leaver ~= op.t then new = op.t end
  if op.k == 'give' then new = op.t end
  if op.k == 'leave' and (owner == op.t or not found) then new, leaver = '', op.t end
  if new ~= owner or (op.k == 'leave' and not found) then
    write(key, new, leaver, op.ttl)
  elseif found and op.k ~= 'look' then
    touch(key, op.ttl)
  end
  replies[i] = { new, leaver }
end
return replies
