using System.Text.Json;
using Reelay.Server.Catalog.Orders;
using Reelay.Tests.Files;

namespace Reelay.Tests.Fuzz;

/// <summary>What can be wrong with the fields of a body.</summary>
internal static class FieldMutations
{
    // Values of every kind, most of them wrong wherever they come.
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "-0", "8", "8.0", "5.5", "61", "1e2", "1e400", "-1e999", "99999999999999999999", "9223372036854775807", "0.1e-400",
        "\"\"", "\" \"", "\"8\"", "\"8s\"", "\"NaN\"", "\"Infinity\"", "\"-1\"", "\"1e999\"", "\"٤\"", "\"0x10\"", "\"720x\"", "\"99999999x1\"", "\"1:0\"", "\"auto\"", "\"4k\"",
        "\"\\u0007\\u001b[31m\"", "\"a\\r\\nb: c\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ufeff\\u202e\"", "\"🦊\"", "\"\u200d\"", "\"%00%ff%zz\"", "\"null\"", "\"[object Object]\"",
        "\"'; DROP TABLE tasks; --\"", "\"{\"", "\"[\"", "\"{\\\"a\\\":1}\"", "\"[1,2]\"", "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", "[]", "{}", "[null]", "[[]]", "[\"x\",\"x\"]", "{\"id\":1}", "{\"url\":null}", "{\"file_id\":\"file_unknown\"}",
        "{\"url\":\"https://127.0.0.1/a.png\"}", "\"https://example.com/a.txt\"", "\"https://example.com/a.mp4\"", "\"https://nowhere.test/a.png\"", "\"http://example.com:99999/\"", "\"https://user:word@example.com/a.png\"", "\"https://[::1]/\"", "\"http://\"",
        "\"https://\\ud83d\\ude00.example/a.png\"", "\"file:///etc/passwd\"", "\"data:image/png;base64,\"", "\"data:image/png;base64,????\"", "\"data:image/png,iVBORw0KGgo=\"", "\"data:;base64,aGVsbG8=\"", "\"iVBORw0KGgo=\"", "\"aGVsbG8gd29ybGQ=\"",
        "\"sora-2\"", "\"gpt-image-2\"", "\"kling-v2-6\"", "\"kling-v3-omni\"", "\"sora-9\"", "\"t2v\"", "\"edit\"", "\"extend\"", "\"b64_json\"", "{\"type\":\"text\"}", "[{\"type\":\"text\",\"text\":\"other\"}]", "[{\"type\":\"image_url\"}]",
    ];

    private static readonly string[] Names =
    [
        .. Parameters.All.SelectMany(parameter => parameter.Aliases.Append(parameter.Name)), .. Parameters.Places,
        "metadata", "file", "purpose", "video", "name", "expires_after", "", " ", "__proto__", "a[b]", "prompt[]", "[", "a]", "a[b][][c]", "metadata[a]", "input_reference[file_id]", "seconds[0]", "\u0007", "é", "\"", "n\r\nX: y", "a\0b",
    ];

    public static readonly IReadOnlyDictionary<string, Action<FuzzRequest, Random>> All = new Dictionary<string, Action<FuzzRequest, Random>>
    {
        ["drop a field"] = (request, random) => request.Fields.RemoveAt(At(request, random)),
        ["repeat a field"] = (request, random) => request.Fields.Add(Any(request, random)),
        ["repeat a field otherwise"] = (request, random) => request.Fields.Add(Any(request, random) with { Json = Pick(Values, random), File = null }),
        ["rename a field"] = (request, random) => Change(request, random, field => field with { Name = Pick(Names, random) }),
        ["change a value"] = (request, random) => Change(request, random, field => field with { Json = Pick(Values, random), File = null }),
        ["add a field"] = (request, random) => request.Fields.Add(new FuzzField(Pick(Names, random), Pick(Values, random))),
        ["add an alias with the same value"] = (request, random) => request.Fields.Add(Any(request, random) with { Name = Pick(Names, random) }),
        ["add fifty fields"] = (request, random) =>
        {
            for (var i = 0; i < 50; i++) request.Fields.Add(new FuzzField(Pick(Names, random), Pick(Values, random)));
        },
        ["nest a field"] = Nest,
        ["put a value into a list"] = (request, random) => Change(request, random, field => field with { Json = "[" + Json(field) + "]", File = null }),
        ["put a value into an object"] = (request, random) =>
            Change(request, random, field => field with { Json = "{" + JsonSerializer.Serialize(Pick(Names, random)) + ":" + Json(field) + "}", File = null }),
        ["nest a value deep"] = (request, random) =>
        {
            var depth = random.Next(10, 700);
            Change(request, random, field => field with { Json = string.Concat(Enumerable.Repeat("{\"a\":[", depth)) + Json(field) + string.Concat(Enumerable.Repeat("]}", depth)), File = null });
        },
        ["lengthen a value"] = (request, random) =>
        {
            var text = string.Concat(Enumerable.Repeat(Pick(["a", "猫", "🦊", "9", "\\n", "[", "=", "{\\\"a\\\":"], random), random.Next(50, 40_000)));
            Change(request, random, field => field with { Json = $"\"{text}\"", File = null });
        },
        ["lengthen a number"] = (request, random) => Change(request, random, field => field with { Json = new string('9', random.Next(20, 5_000)), File = null }),
        ["lengthen a name"] = (request, random) => Change(request, random, field => field with { Name = field.Name + new string('n', random.Next(60, 30_000)) }),
        ["deepen a name"] = (request, random) => Change(request, random, field => field with { Name = field.Name + string.Concat(Enumerable.Repeat("[a]", random.Next(1, 500))) }),
        ["break a value"] = (request, random) => Change(request, random, field => field with { Json = Pick(["", "nul", "NaN", "Infinity", "-", "01", "1.", "'x'", "\"", "\"\\x\"", "[1,", "{\"a\"}", "{,}", "undefined", "/*x*/1", "\"\t\""], random), File = null }),
        ["swap two values"] = (request, random) =>
        {
            var (first, second) = (At(request, random), At(request, random));
            var (one, other) = (request.Fields[first], request.Fields[second]);
            request.Fields[first] = one with { Json = other.Json, File = other.File };
            request.Fields[second] = other with { Json = one.Json, File = one.File };
        },
        ["make a file of a value"] = (request, random) => Change(request, random, field => field with { File = File(random) }),
        ["another file"] = (request, random) =>
        {
            var index = request.Fields.FindIndex(field => field.File is not null);
            if (index >= 0) request.Fields[index] = request.Fields[index] with { File = File(random) };
            else request.Fields.Add(new FuzzField(Pick(Names, random), "", File(random)));
        },
        ["a foreign id"] = (request, random) => Change(request, random, field => field with { Json = Pick(["\"{video}\"", "{\"file_id\":\"{file}\"}", "{\"id\":\"{video}\"}", "[{\"id\":\"{character}\"}]", "\"http://fuzz.test/v1/videos/{video}/content\"", "\"http://fuzz.test/v1/files/{file}\""], random)
            .Replace("{video}", request.Names.ForeignVideo).Replace("{file}", request.Names.ForeignFile).Replace("{character}", request.Names.ForeignCharacter), File = null }),
    };

    private static byte[] File(Random random)
    {
        byte[][] files = [[], "hello"u8.ToArray(), Uploads.Png, Uploads.Claim(40_000, 40_000), Uploads.Claim(0, 7), Uploads.Png[..20], Uploads.Clip(), Uploads.Clip(seconds: 40), "GIF89a"u8.ToArray(), "RIFF0000WEBPVP8X"u8.ToArray(), [0xFF, 0xD8, 0xFF], "ID3"u8.ToArray(), new byte[5000]];
        return files[random.Next(files.Length)];
    }

    private static void Nest(FuzzRequest request, Random random)
    {
        var index = At(request, random);
        var field = request.Fields[index];
        request.Fields.RemoveAt(index);
        request.Fields.Add(new FuzzField(Pick(["metadata", "parameters", "extra_body", "extra_body", "options"], random), "{" + JsonSerializer.Serialize(field.Name) + ":" + Json(field) + "}"));
    }

    private static string Json(FuzzField field) => field.File is null ? field.Json : "\"" + Convert.ToBase64String(field.File) + "\"";

    private static void Change(FuzzRequest request, Random random, Func<FuzzField, FuzzField> change)
    {
        var index = At(request, random);
        request.Fields[index] = change(request.Fields[index]);
    }

    private static FuzzField Any(FuzzRequest request, Random random) => request.Fields[At(request, random)];

    // A request without fields gets a body that nobody asked for.
    private static int At(FuzzRequest request, Random random)
    {
        if (request.Fields.Count > 0) return random.Next(request.Fields.Count);
        request.Fields.Add(new FuzzField("prompt", "\"x\""));
        if (request.Encoding == FuzzEncoding.None) (request.Encoding, request.ContentType) = (FuzzEncoding.Json, "application/json");
        return 0;
    }

    private static string Pick(string[] list, Random random) => list[random.Next(list.Length)];
}
