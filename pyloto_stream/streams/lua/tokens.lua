#!lua flags=no-writes
-- tokens: onde há tokens, uma página por vez; só os lugares, sem o conteúdo.
-- op: s etapa, a partir da entrada `from` ('-' no início); sem s: os estacionados, a partir do cursor `from` ('0')
-- resposta por op: {próximo (o mesmo que o início: acabou), {entrada ou "faixa|conv", ...}}
local replies = {}
for i, op in ipairs(ops()) do
  local places = {}
  if op.s then
    for n, entry in ipairs(redis.call('XRANGE', stream(op.s), op.from, '+', 'COUNT', op.limit)) do places[n] = entry[1] end
    replies[i] = { #places == op.limit and '(' .. places[#places] or '-', places }
  else
    local page = redis.call('HSCAN', PARKED .. ':body', op.from, 'COUNT', op.limit)
    for f = 1, #page[2], 2 do places[#places + 1] = page[2][f] end
    replies[i] = { page[1], places }
  end
end
return replies
