#!lua flags=no-writes
-- status: números da partição. op: stages lista de etapas
-- resposta por op: {temporizadores, tokens estacionados, ilegíveis,
--                   {{fila, pendentes, mortos, {trabalhador vivo, ...}}, ...}}
local replies = {}
for i, op in ipairs(ops()) do
  local rows = {}
  for n, stage in ipairs(op.stages) do
    local pending = 0
    local groups = redis.pcall('XINFO', 'GROUPS', stream(stage))
    if not groups.err and groups[1] then
      for f = 1, #groups[1], 2 do
        if groups[1][f] == 'pending' then pending = groups[1][f + 1] end
      end
    end
    local alive = redis.call('ZRANGEBYSCORE', P .. ':workers:' .. stage, '(' .. int(now), '+inf')
    rows[n] = { redis.call('XLEN', stream(stage)), pending, redis.call('XLEN', P .. ':dead:' .. stage), alive }
  end
  replies[i] = { redis.call('ZCARD', TIMERS), redis.call('ZCARD', PARKED), redis.call('XLEN', P .. ':dead:ingress'), rows }
end
return replies
