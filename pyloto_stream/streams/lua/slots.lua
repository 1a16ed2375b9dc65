-- A vez de um envio de um número ou com uma pessoa, para os scripts que a dão: um balde de fichas que se reservam.
-- pace(chave, op): responde a vez em ms e a época; op é a de pace.lua
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
    p.back = true
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

local function pace(key, op)
  local p = read(key)
  if p.q == op.q then return p.r, p.e end
  local slot = math.ceil(act[op.k](op, p))
  redis.call('HSET', key, 't', string.format('%.3f', p.t), 'q', op.q, 'r', int(slot), 'g', string.format('%.3f', p.g),
    'l', int(now))
  if op.k ~= 'take' or p.back then
    redis.call('HSET', key, 'u', int(p.u), 'f', p.f, 'a', int(p.a), 'e', p.e, 'x', p.x, 'c', p.c)
  end
  redis.call('PEXPIREAT', key, int(math.max(p.t, p.u, now) + QUIET_MS))
  return slot, p.e
end
