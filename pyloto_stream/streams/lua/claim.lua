#!lua flags=allow-oom
-- claim: assume entradas abandonadas (ociosas além do limite). Cada uma conta mais uma entrega.
-- op: s etapa, w consumidor, idle ms, limit. resposta por op: {{entrada, {campo, valor, ...}, entregas}, ...}
local replies = {}
for i, op in ipairs(ops()) do
  local taken = {}
  for _, row in ipairs(redis.call('XPENDING', stream(op.s), GROUP, 'IDLE', op.idle, '-', '+', op.limit)) do
    local entry = redis.call('XCLAIM', stream(op.s), GROUP, op.w, op.idle, row[1])[1]
    if entry then taken[#taken + 1] = { row[1], entry[2], row[4] } end
  end
  replies[i] = taken
end
return replies
