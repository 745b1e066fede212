//! Names of modules that a controller has without any wheel.

use std::collections::HashSet;
use std::sync::LazyLock;

/// `sys.stdlib_module_names` of Python 3.11, without those that start with `_`.
const STANDARD: &str = "\
    abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect \
    builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
    concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime \
    dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp \
    fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip \
    hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json \
    keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder \
    msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os \
    ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint \
    profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib \
    resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib \
    sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string \
    stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile \
    termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty \
    turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser \
    winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo";
/// Modules of all that an installation of `SkyPilot` 0.14.1 brings: a controller may have them.
const DEPENDENCIES: &str = "\
    aiofiles aiohappyeyeballs aiohttp aiosignal aiosqlite alembic annotated_doc annotated_types anyio asyncpg \
    attr attrs bcrypt bracex cachetools casbin certifi cffi charset_normalizer click colorama cryptography \
    dateutil dotenv fastapi filelock frozenlist git gitdb greenlet h11 httpcore httptools httpx idna ijson \
    invoke jinja2 jsonschema jsonschema_specifications jwt mako markdown_it markupsafe mdurl multidict \
    multipart nacl networkx node_modules numpy opentelemetry orjson packaging pandas paramiko passlib pendulum \
    pip pkg_resources prettytable prometheus_client propcache psutil psycopg2 pulp pycparser pydantic \
    pydantic_core pygments pyte python_multipart ray referencing requests rich rpds setproctitle setuptools \
    simpleeval sky_templates smmap sqlalchemy sqlalchemy_adapter starlette tabulate tqdm typing_extensions \
    typing_inspection tzdata urllib3 uvicorn uvloop watchfiles wcmatch wcwidth websockets wheel yaml yarl";

/// Tells whether a name is a module of Python's own.
#[must_use]
pub fn is_module(top: &str) -> bool {
    // It is asked for each class of a list.
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| STANDARD.split(' ').collect());
    top.starts_with('_') || NAMES.contains(top)
}

/// Tells whether a name is a module of what `SkyPilot` requires.
#[must_use]
pub fn is_dependency(top: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| DEPENDENCIES.split(' ').collect());
    NAMES.contains(top)
}
