#!lua flags=allow-oom
-- amend: um morto dá lugar a outro, igual menos nos eventos; os primeiros ficam em original.
-- op: d etapa do morto, i entrada, e eventos novos (JSON), ed todas as emendas até esta (JSON);
--     al, as, ac, av: registro de auditoria, como em replay
-- resposta por op: entrada do novo, '' se o antigo já não estava lá
local replies = {}
for i, op in ipairs(ops()) do
  local dead = P .. ':dead:' .. op.d
  local row = letter(op)
  replies[i] = ''
  if row then
    local flat, old = {}, fields(row[2])
    for f = 1, #row[2], 2 do
      local name = row[2][f]
      if name ~= 'edits' and name ~= 'original' then
        flat[#flat + 1] = name
        flat[#flat + 1] = name == 'e' and op.e or row[2][f + 1]
      end
    end
    replies[i] = redis.call('XADD', dead, '*', 'original', old.original or old.e or '', 'edits', op.ed, unpack(flat))
    enter(op.al, op.as, op.ac, op.av)
    redis.call('XDEL', dead, op.i)
  end
end
return replies
