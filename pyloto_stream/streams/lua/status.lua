#!lua flags=no-writes
-- status: números da partição, sem percorrer nada que cresça. op: stages lista de etapas
-- resposta por op: {temporizadores, tokens estacionados, vencimento do primeiro estacionado, ilegíveis,
--                   {{fila, pendentes, mortos, idade ms do mais antigo, 1 se há grupo, {trabalhador, dados, ...}}, ...}}
--                  vencimento '' e idade -1: nenhum; dados: até|desde|estado|versão, só dos vivos
local function age(stage)
  local first = redis.call('XRANGE', stream(stage), '-', '+', 'COUNT', 1)[1]
  return first and math.max(0, now - tonumber(string.match(first[1], '^%d+'))) or -1
end

local function pending(stage)
  local groups = redis.pcall('XINFO', 'GROUPS', stream(stage))
  for _, row in ipairs(groups.err and {} or groups) do
    local group = fields(row)
    if group.name == GROUP then return group.pending, 1 end
  end
  return 0, 0
end

local function alive(stage)
  local found, known = {}, redis.pcall('HGETALL', P .. ':workers:' .. stage)
  for f = 1, known.err and 0 or #known, 2 do
    if tonumber(string.match(known[f + 1], '^%d+')) > now then
      found[#found + 1] = known[f]
      found[#found + 1] = known[f + 1]
    end
  end
  return found
end

local replies = {}
for i, op in ipairs(ops()) do
  local rows = {}
  for n, stage in ipairs(op.stages) do
    local held, group = pending(stage)
    rows[n] = { redis.call('XLEN', stream(stage)), held, redis.call('XLEN', P .. ':dead:' .. stage), age(stage), group, alive(stage) }
  end
  local first = redis.call('ZRANGE', PARKED, 0, 0, 'WITHSCORES')
  replies[i] = { redis.call('ZCARD', TIMERS), redis.call('ZCARD', PARKED), first[2] or '', redis.call('XLEN', P .. ':dead:ingress'), rows }
end
return replies
