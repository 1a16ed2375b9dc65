#!lua flags=no-writes
-- status: números da partição. op: stages lista de etapas
-- resposta por op: {temporizadores, tokens estacionados, ilegíveis, {{fila, pendentes, mortos, consumidores}, ...}}
local replies = {}
for i, op in ipairs(ops()) do
  local rows = {}
  for n, stage in ipairs(op.stages) do
    local pending, consumers = 0, 0
    local groups = redis.pcall('XINFO', 'GROUPS', stream(stage))
    if not groups.err and groups[1] then
      for f = 1, #groups[1], 2 do
        if groups[1][f] == 'pending' then pending = groups[1][f + 1] end
        if groups[1][f] == 'consumers' then consumers = groups[1][f + 1] end
      end
    end
    rows[n] = { redis.call('XLEN', stream(stage)), pending, redis.call('XLEN', P .. ':dead:' .. stage), consumers }
  end
  replies[i] = { redis.call('ZCARD', TIMERS), redis.call('ZCARD', PARKED), redis.call('XLEN', P .. ':dead:ingress'), rows }
end
return replies
