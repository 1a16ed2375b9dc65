"""`python -m pyloto_stream` é o mesmo que `pyloto-stream`."""

from pyloto_stream.cli import main

if __name__ == "__main__":
    main()
