-- Um servidor que tem todas as partições recebe as operações de várias numa chamada: em KEYS o início de cada uma, e
-- em ARGV[first], sendo várias, quantos argumentos são de cada (msgpack), na ordem delas.
-- run(at, last): trata as operações de uma, que ocupam ARGV[at] a ARGV[last], com P trocada; um item por operação. Um
-- erro a meio é o da chamada inteira, e quem chamou pergunta a cada partição outra vez: as de antes estão feitas, e
-- repeti-las não muda nada.
local function in_each(first, run)
  if #KEYS == 1 then return run(first, #ARGV) end
  local replies, sizes, at = {}, cmsgpack.unpack(ARGV[first]), first + 1
  for n, base in ipairs(KEYS) do
    move_to(base)
    for _, reply in ipairs(run(at, at + sizes[n] - 1)) do replies[#replies + 1] = reply end
    at = at + sizes[n]
  end
  return replies
end
