#!lua flags=allow-oom
-- discard: um morto some, e fica o registro de quem o tirou.
-- op: d etapa do morto, i entrada; al, as, ac, av: registro de auditoria, como em replay
-- resposta por op: 1 saiu, 0 já não estava lá
local replies = {}
for i, op in ipairs(ops()) do
  local dead = P .. ':dead:' .. op.d
  replies[i] = 0
  if letter(op) then
    enter(op.al, op.as, op.ac, op.av)
    redis.call('XDEL', dead, op.i)
    replies[i] = 1
  end
end
return replies
