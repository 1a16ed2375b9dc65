"""O que se repete nas cargas? Deixar fora o campo vazio, e apontar um arquivo por id ou por endereço."""


def present(**fields: str) -> dict[str, str]:
    """Só os campos que têm algo; a Meta recusa vários campos opcionais quando vêm vazios."""
    return {name: value for name, value in fields.items() if value}


def media(media_id: str, link: str, **fields: str) -> dict[str, object]:
    """Um arquivo como a Meta o lê: `{id | link, …}`; o que estiver vazio fica fora."""
    return {**present(id=media_id, link=link), **present(**fields)}
