namespace Reelay.Tests.Fuzz;

/// <summary>What can be wrong with a message around and below its fields.</summary>
internal static class WireMutations
{
    private static readonly string[] QueryNames = ["wait", "limit", "order", "after", "index", "variant", "expires", "signature", "explain", "purpose", "external_task_id", "user", "include[]", "", "%00", "a%"];

    private static readonly string[] QueryValues =
    [
        "", "0", "1", "-1", "99", "00", "1.5", "1e3", "%2B1", "9223372036854775808", "NaN", "abc", "true", "asc", "ASC", "thumbnail", "video", "%00", "%ff", "%zz", "%", "%E7%8C%AB", "%F0%9F%A6%8A", "%0d%0aX:%20y", "file_01", "task_01", "video_",
    ];

    private static readonly string[] Types =
    [
        "application/json", "application/json; charset=utf-16", "application/json; boundary=x", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=\"a b\"", "multipart/mixed; boundary=" + FuzzRequest.Boundary, "text/plain", "text/json", "image/png", "application/problem+json", "*/*", "nonsense", ";;;", "application/json, text/plain", "",
    ];

    public static readonly IReadOnlyDictionary<string, Action<FuzzRequest, Random>> All = new Dictionary<string, Action<FuzzRequest, Random>>
    {
        ["another method"] = (request, random) =>
        {
            request.Method = Pick(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "FOO", "PROPFIND", "M-SEARCH", "CONNECT", "G\u0001T", new string('M', 300)], random);
            request.IsBrokenHttp |= request.Method is "CONNECT" or "G\u0001T" || request.Method.Length == 300;
        },
        ["a word of the path"] = (request, random) => Segment(request, random, _ => Pick(["v1", "V1", "v2", "videos", "VIDEOS", "files", "models", "content", "cancel", "remix", "edits", "estimate", "characters", "events", "inputs", "generations", "video", "..", ".", "%2e%2e", "%2E", "", "%2f", "%5c", "%20", "+", "%C3%28", "%F0%9F%A6%8A", "~", "*", "{id}", "a;b=c", "%25", "%252e%252e"], random)),
        ["a long id"] = (request, random) => Segment(request, random, _ => Pick(["task_", "file_", "%F0%9F%A6%8A", "a%CC%81", "%3Cscript%3E"], random) + string.Concat(Enumerable.Repeat(Pick(["a", "0", "%F0%9F%A6%8A", "%E7%8C%AB", "-"], random), random.Next(20, 600)))),
        ["an altered id"] = (request, random) => Segment(request, random, text => text.Length == 0 ? "x" : text[..^1] + Pick(["0", "z", "Z", "%30", "-", ""], random)),
        ["one word more"] = (request, random) => request.Path += Pick(["/", "//", "/x", "/content", "/../content", "/%2e%2e/", "/.", "?", "?a", "?=", "?&&&", "?wait=1?wait=2", "#x", "%"], random),
        ["a slash more"] = (request, random) =>
        {
            var start = Pick(["/", "//", "/./", "/x/../", "http://fuzz.test", "http://other.test:80"], random);
            (request.Path, request.IsBrokenHttp) = (start + request.Path, request.IsBrokenHttp || start.Length > 10);
        },
        ["no path at all"] = (request, random) =>
        {
            request.Path = Pick(["*", "", "x", "/", "/%00", "/\u0001", "/é", "/" + new string('p', 9_000), "http://", "://", "/v1/videos%00", "/v1 /videos"], random);
            request.IsBrokenHttp = true;
        },
        ["a query key"] = (request, random) => request.Query.Add((Pick(QueryNames, random), Pick(QueryValues, random))),
        ["a query value"] = (request, random) =>
        {
            if (request.Query.Count == 0) request.Query.Add((Pick(QueryNames, random), ""));
            var index = random.Next(request.Query.Count);
            request.Query[index] = (request.Query[index].Name, Pick(QueryValues, random));
        },
        ["a long query"] = (request, random) => request.Query.Add((Pick(QueryNames, random), string.Concat(Enumerable.Repeat(Pick(["a", "%E7%8C%AB", "9"], random), random.Next(10, 500))))),
        ["another content type"] = (request, random) => request.ContentType = Pick(Types, random),
        ["no content type"] = (request, _) => request.ContentType = null,
        ["two content types"] = (request, random) => request.Headers.Add(("Content-Type", Pick(Types, random))),
        ["another encoding"] = (request, random) => Encode(request, Pick([FuzzEncoding.Json, FuzzEncoding.Multipart, FuzzEncoding.UrlEncoded], random)),
        ["a form under a JSON name"] = (request, _) =>
        {
            Encode(request, FuzzEncoding.Multipart);
            request.ContentType = "application/json";
        },
        ["another boundary"] = (request, random) => Boundary(request, Pick(["x", "\"\"", FuzzRequest.Boundary + "x", FuzzRequest.Boundary[..4], "\"" + FuzzRequest.Boundary + "\"", new string('b', 300), "%00", "é"], random)),
        ["no key"] = (request, _) => request.Headers.RemoveAll(header => header.Name == "Authorization"),
        ["another key"] = (request, random) =>
        {
            request.Headers.RemoveAll(header => header.Name == "Authorization");
            request.Headers.Add((Pick(["Authorization", "x-api-key", "api-key"], random), Pick(["Bearer ", "bearer  ", "Basic ", ""], random) + Pick([FuzzWorld.Secret, FuzzWorld.ForeignSecret, "sk-nobody", "", new string('k', 3000)], random)));
        },
        ["a repeated header"] = (request, random) => request.Headers.Add(request.Headers.Count > 0 ? Pick(request.Headers, random) : ("Accept", "*/*")),
        ["another header"] = (request, random) => request.Headers.Add(Pick(
        [
            ("Range", "bytes=0-0"), ("Range", "bytes=-5"), ("Range", "bytes=99999999-"), ("Range", "bytes=5-1"), ("Range", "bytes=0-1,3-4"), ("Range", "lines=1"), ("Range", "bytes=" + new string('9', 40) + "-"), ("Range", "bytes=a-b"),
            ("If-Range", "\"x\""), ("If-Range", "nonsense"), ("If-Match", "*"), ("If-Match", "\"x\""), ("If-None-Match", "*"), ("If-None-Match", "x"), ("If-Modified-Since", "yesterday"), ("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT"), ("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"),
            ("Accept", "nothing/atall"), ("Accept-Encoding", "gzip, br"), ("Content-Encoding", "gzip"), ("Last-Event-ID", "99999999999999999999"), ("Last-Event-ID", "-1"), ("Idempotency-Key", "a"), ("X-Forwarded-For", "1.2.3.4"), ("Expect", "100-continue"),
            ("Origin", "https://evil.test"), ("Cookie", "a=b"), ("X-HTTP-Method-Override", "DELETE"), ("X-Long", new string('h', 20_000)), ("openai-beta", "\t"), ("Connection", "upgrade"), ("Upgrade", "websocket"),
        ], random)),
        ["another host"] = (request, random) =>
        {
            request.Headers.Add(("Host", Pick(["localhost", "a:99999", "", "é.test", "a b", "[::1", "[::1]:80", "x\"<script>", new string('h', 3000)], random)));
            request.IsBrokenHttp = true;
        },
        ["a bad header"] = (request, random) =>
        {
            request.Headers.Add(Pick([("Bad Name", "x"), ("X-É", "é"), ("X-Null", "a\0b"), ("", "x"), ("X-Line", "a\nb"), ("X-Huge", new string('x', 70_000)), ("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "5"), ("Content-Length", "5, 5"), ("Connection", "close, close"), ("Expect", "something")], random));
            request.IsBrokenHttp = true;
        },
        ["two hundred headers"] = (request, _) =>
        {
            for (var i = 0; i < 200; i++) request.Headers.Add(("X-" + i, "x"));
            request.IsBrokenHttp = true;
        },
        ["a wrong length"] = (request, random) =>
        {
            request.DeclaredLength = Pick(["0", "1", "10", "100000", "300000000", "99999999999999", "-1", "1e3", "", "0x10", "5 5", "+5"], random);
            request.IsBrokenHttp |= !request.DeclaredLength.All(char.IsAsciiDigit) || request.DeclaredLength.Length == 0;
        },
        ["no length"] = (request, random) => request.ChunkBytes = random.Next(1, 5_000),
        ["cut off"] = (request, random) => request.CutAfterBytes = random.Next(0, 2_000),
        ["bad UTF-8"] = (request, random) => request.BodyChanges.Add(body => Insert(body, random.Next(), Pick<byte[]>([[0xC3, 0x28], [0xFF], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC0, 0x80], [0xEF, 0xBB, 0xBF]], random))),
        ["a byte changed"] = (request, random) => request.BodyChanges.Add(body => Flip(body, random.Next(), (byte)random.Next(256))),
        ["a byte inserted"] = (request, random) => request.BodyChanges.Add(body => Insert(body, random.Next(), [(byte)"{}[]\",:&=%\\\0\r\n-;"[random.Next(16)]])),
        ["bytes lost"] = (request, random) => request.BodyChanges.Add(body => Lose(body, random.Next(), random.Next(1, 40))),
        ["a body cut short"] = (request, random) => request.BodyChanges.Add(body => body.Length == 0 ? body : body[..random.Next(body.Length)]),
        ["a body doubled"] = (request, _) => request.BodyChanges.Add(body => [.. body, .. body]),
        ["another body"] = (request, random) =>
        {
            if (request.Encoding == FuzzEncoding.None) Encode(request, FuzzEncoding.Json);
            var other = Pick(["", " ", "null", "[]", "\"x\"", "--", "--\r\n", "--" + FuzzRequest.Boundary + "--", "&&&==", "%%%", "\0", "{}{}", "[" + new string('[', 2000), "\uFEFF{}", "<x/>", "{\"prompt\":\"x\"} "], random);
            request.BodyChanges.Add(_ => System.Text.Encoding.UTF8.GetBytes(other));
        },
    };

    private static void Encode(FuzzRequest request, FuzzEncoding encoding) => (request.Encoding, request.ContentType) = (encoding, encoding switch
    {
        FuzzEncoding.Multipart => "multipart/form-data; boundary=" + FuzzRequest.Boundary,
        FuzzEncoding.UrlEncoded => "application/x-www-form-urlencoded",
        _ => "application/json",
    });

    private static void Boundary(FuzzRequest request, string boundary)
    {
        Encode(request, FuzzEncoding.Multipart);
        request.ContentType = "multipart/form-data; boundary=" + boundary;
        request.IsBrokenHttp |= boundary.Any(character => character > 127);
    }

    private static void Segment(FuzzRequest request, Random random, Func<string, string> change)
    {
        var segments = request.Path.Split('/');
        var index = random.Next(Math.Min(1, segments.Length - 1), segments.Length);
        segments[index] = change(segments[index]);
        request.Path = string.Join('/', segments);
    }

    private static byte[] Insert(byte[] body, int at, byte[] what) => [.. body[..(at % (body.Length + 1))], .. what, .. body[(at % (body.Length + 1))..]];

    private static byte[] Lose(byte[] body, int at, int count) => body.Length == 0 ? body : [.. body[..(at % body.Length)], .. body[Math.Min(body.Length, (at % body.Length) + count)..]];

    private static byte[] Flip(byte[] body, int at, byte value)
    {
        var changed = (byte[])body.Clone();
        if (changed.Length > 0) changed[at % changed.Length] = value;
        return changed;
    }

    private static T Pick<T>(IReadOnlyList<T> list, Random random) => list[random.Next(list.Count)];
}
