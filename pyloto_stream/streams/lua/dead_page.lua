#!lua flags=no-writes
-- dead_page: uma página dos mortos de uma etapa, do mais antigo ao mais novo.
-- op: s etapa, a de, b até (ids do stream), n quantos no máximo, bytes depois de quantos a página termina,
--     drop {nomes de campos que não vêm}
-- resposta por op: {{{id, {campo, valor, ...}}, ...}, 1 se pode haver mais, último id já usado,
--                   quantos já morreram nesta etapa}
local function without(flat, dropped)
  local kept, size = {}, 0
  for f = 1, #flat, 2 do
    if not dropped[flat[f]] then
      kept[#kept + 1] = flat[f]
      kept[#kept + 1] = flat[f + 1]
      size = size + #flat[f + 1]
    else
      size = size + #flat[f + 1] / 16 -- ler também custa, embora não venha
    end
  end
  return kept, size
end

local replies = {}
for i, op in ipairs(ops()) do
  local key, from, size, more, rows, dropped = P .. ':dead:' .. op.s, op.a, 0, 1, {}, {}
  for _, name in ipairs(op.drop) do dropped[name] = true end
  for _ = 1, op.n do
    local row = redis.call('XRANGE', key, from, op.b, 'COUNT', 1)[1] -- um por vez: um webhook chega a 4 MiB
    if not row then
      more = 0
      break
    end
    local kept, bytes = without(row[2], dropped)
    rows[#rows + 1] = { row[1], kept }
    from, size = '(' .. row[1], size + bytes
    if size >= op.bytes then break end
  end
  local about = redis.pcall('XINFO', 'STREAM', key)
  about = about.err and {} or fields(about)
  replies[i] = { rows, more, about['last-generated-id'] or '0-0', about['entries-added'] or 0 }
end
return replies
