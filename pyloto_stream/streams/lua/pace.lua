#!lua flags=allow-oom
-- pace: a vez de cada envio de um número ou com uma pessoa (ver pace.py), como um balde de fichas que se reservam.
-- op: n o que se dosa, k o que fazer; st ms entre dois envios, bu quantos podem ir juntos; q nome desta pergunta: a mesma
--     outra vez tem a mesma resposta, e não gasta de novo
--   'take' a próxima vez; hd a que já se tem, dada na época ep: vale se a época é a mesma, e não se gasta outra. ga (se
--          há): quantas vezes já vencidas podem sair juntas; as que passam disso pedem outra
--   'charge' c mensagens que entraram gastam da mesma conta, no máximo metade dela por segundo
--   'slow' a Meta recusou por pressa: metade do ritmo, que volta em linha reta, e ninguém por w ms
--   'rest' a Meta recusou por pressa com esta pessoa: ninguém por 4^x s, x por recusa seguida, e ao menos w ms
-- resposta por op: {vez em ms, época, agora em ms}
local RECOVER_MS, LEAST, SAME_EVENT_MS = 60000, 0.1, 1000
local QUIET_MS, MOST_RESTS = 600000, 5
local BACK_MS = 1000

local function read(key)
  local row = redis.call('HMGET', key, 't', 'u', 'f', 'a', 'e', 'x', 'c', 'q', 'r', 'g', 'l')
  local p = { t = tonumber(row[1] or 0), u = tonumber(row[2] or 0), f = tonumber(row[3] or 1), a = tonumber(row[4] or 0),
    e = tonumber(row[5] or 0), x = tonumber(row[6] or 0), c = row[7] or '0|0', q = row[8], r = tonumber(row[9] or 0),
    g = tonumber(row[10] or 0) }
  local back = tonumber(row[11] or now) - now
  if back > BACK_MS then -- o relógio do servidor voltou: os instantes voltam com ele, ou tudo esperaria por ele
    for _, name in ipairs({ 't', 'u', 'a', 'g' }) do p[name] = math.max(0, p[name] - back) end
  end
  return p
end

-- Que parte do ritmo vale no instante `at`.
local function factor(p, at)
  return math.min(1, p.f + (1 - p.f) * math.max(0, at - p.a) / RECOVER_MS)
end

-- Sai agora mesmo? Quem conta aqui são as saídas, e não as reservas: depois de uma parada, todas as vezes vencidas
-- quereriam sair juntas.
local function leaves(op, p)
  if not op.ga then return true end
  if p.g - (op.ga - 1) * op.st > now then return false end
  p.g = math.max(p.g, now) + op.st / factor(p, now)
  return true
end

local act = {}

function act.take(op, p)
  if op.hd and op.hd > 0 and op.ep == p.e then
    local due = math.max(op.hd, p.u)
    if due > now or leaves(op, p) then return due end
  end
  local slot = math.max(now, p.u, p.t - (op.bu - 1) * op.st)
  p.t = math.max(p.t, slot) + op.st / factor(p, slot)
  if slot > now or leaves(op, p) then return slot end
  return p.g - (op.ga - 1) * op.st
end

function act.charge(op, p)
  local second, spent = string.match(p.c, '^(%d+)|([%d.]+)$')
  if tonumber(second) ~= math.floor(now / 1000) then spent = 0 end
  local taken = math.max(0, math.min(op.c, 500 / op.st - tonumber(spent)))
  p.c = int(math.floor(now / 1000)) .. '|' .. (tonumber(spent) + taken)
  p.t = math.max(p.t, now) + taken * op.st / factor(p, now)
  return now
end

-- Ninguém antes de `u`, nem uma rajada então. O que estava reservado perde a vez: reservou-se a outro ritmo.
local function hold(op, p, wait)
  p.u = math.max(p.u, now + wait)
  p.t = p.u + (op.bu - 1) * op.st
  p.a = now
  return p.u
end

function act.slow(op, p)
  if now - p.a < SAME_EVENT_MS then -- os que já estavam a caminho: a mesma recusa
    p.u = math.max(p.u, now + op.w)
    return p.u
  end
  p.f = math.max(LEAST, factor(p, now) / 2)
  p.e = p.e + 1
  return hold(op, p, op.w)
end

function act.rest(op, p)
  if now - p.a > QUIET_MS then p.x = 0 end
  local wait = math.max(op.w, 1000 * 4 ^ p.x)
  p.x = math.min(p.x + 1, MOST_RESTS)
  return hold(op, p, wait)
end

local replies = {}
for i, op in ipairs(ops()) do
  local key = P .. ':pace:' .. op.n
  local p = read(key)
  if p.q == op.q then
    replies[i] = { p.r, p.e, now }
  else
    local slot = math.ceil(act[op.k](op, p))
    redis.call('HSET', key, 't', string.format('%.3f', p.t), 'u', int(p.u), 'f', p.f, 'a', int(p.a), 'e', p.e, 'x', p.x,
      'c', p.c, 'q', op.q, 'r', int(slot), 'g', string.format('%.3f', p.g), 'l', int(now))
    redis.call('PEXPIREAT', key, int(math.max(p.t, p.u, now) + QUIET_MS))
    replies[i] = { slot, p.e, now }
  end
end
return replies
