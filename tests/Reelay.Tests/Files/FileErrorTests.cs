using System.Text;
using Reelay.Server.Engine;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>Uploads that are refused: the reason is exact, and neither a row nor a byte is kept.</summary>
public sealed class FileErrorTests
{
    private static readonly (string Name, (string, object)[] Parts, string Code, string? Param, string Says)[] Cases =
    [
        ("text named .png", [("file", ("hello, hello"u8.ToArray(), "a.png")), ("purpose", "vision")], "invalid_file", "file", "PNG, JPEG, WebP or GIF; MP4"),
        ("a list of requests", [("file", ("{\"custom_id\": 1}"u8.ToArray(), "a.jsonl")), ("purpose", "vision")], "invalid_file", "file", "allowed are"),
        ("an empty file", [("file", Array.Empty<byte>()), ("purpose", "vision")], "invalid_file", "file", "is empty"),
        ("no file", [("purpose", "vision")], "file_required", "file", "multipart/form-data"),
        ("two files", [("file", Uploads.Png), ("file", Uploads.Png), ("purpose", "vision")], "invalid_file", "file", "more than once"),
        ("a file of another name", [("image", Uploads.Png), ("purpose", "vision")], "unknown_parameter", "image", "`file`"),
        ("a file as text", [("file", "iVBORw0KGgo="), ("purpose", "vision")], "invalid_file", "file", "came as text"),
        ("no purpose", [("file", Uploads.Png)], "invalid_purpose", "purpose", "vision, user_data, assistants"),
        ("a purpose of lists", [("file", Uploads.Png), ("purpose", "batch")], "invalid_purpose", "purpose", "`batch`"),
        ("two purposes", [("file", Uploads.Png), ("purpose", "vision"), ("purpose", "user_data")], "invalid_purpose", "purpose", "allowed are"),
        ("something else", [("file", Uploads.Png), ("purpose", "vision"), ("colour", "red")], "unknown_parameter", "colour", "`purpose`"),
        ("a life without anchor", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after[seconds]", "3600")], "invalid_expires_after", "expires_after[anchor]", "is missing"),
        ("another anchor", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after[anchor]", "now"), ("expires_after[seconds]", "3600")], "invalid_expires_after", "expires_after[anchor]", "`now`"),
        ("a life without length", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after[anchor]", "created_at")], "invalid_expires_after", "expires_after[seconds]", "is missing"),
        ("too short a life", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3599")], "invalid_expires_after", "expires_after[seconds]", "3,600 to 2,592,000"),
        ("too long a life", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "2592001")], "invalid_expires_after", "expires_after[seconds]", "`2592001`"),
        ("a life in words", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after", "a day")], "invalid_expires_after", "expires_after", "`a day`"),
        ("an unknown part of a life", [("file", Uploads.Png), ("purpose", "vision"), ("expires_after[days]", "1")], "unknown_parameter", "expires_after[days]", "`anchor`"),
        ("a picture too large to decode", [("file", Uploads.Claim(40_000, 40_000)), ("purpose", "vision")], "invalid_file", "file", "40000 x 40000"),
        ("a picture too long", [("file", Uploads.Claim(16_385, 1)), ("purpose", "vision")], "invalid_file", "file", "16,384 a side"),
        ("a picture without a size", [("file", Uploads.Claim(0, 10)), ("purpose", "vision")], "invalid_file", "file", "no width and height"),
        ("a picture cut off", [("file", Uploads.Png[..12]), ("purpose", "vision")], "invalid_file", "file", "no width and height"),
    ];

    [Fact]
    public async Task Every_bad_form_is_refused_with_its_reason_and_nothing_is_kept()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var (name, parts, code, param, says) in Cases)
        {
            using var form = Uploads.Form(parts);
            var answer = await gateway.PostAsync("/v1/files", form);
            Assert.True(answer.Status == 400, $"{name}: {answer.Status} {answer.Body.GetRawText()}");
            var error = answer.Error(400);
            Assert.Equal((name, code, param), (name, error.Text("code"), error.GetProperty("param").GetString()));
            Assert.Contains(says, error.Text("message"), StringComparison.Ordinal);
            Assert.True(gateway.Stored("files").Length == 0, name);
        }

        Assert.Equal(0, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM files")));
    }

    [Theory]
    [InlineData("""{"purpose": "vision", "file": "iVBORw0KGgo="}""", "application/json", "invalid_file")]
    [InlineData("""{"purpose": "vision"}""", "application/json", "file_required")]
    [InlineData("{", "application/json", "file_required")]
    [InlineData("purpose=vision", "application/x-www-form-urlencoded", "file_required")]
    [InlineData("raw bytes", "image/png", "file_required")]
    public async Task Anything_but_a_form_is_told_what_to_send(string body, string type, string code)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, type);
        var error = (await gateway.PostAsync("/v1/files", content)).Error(400);
        Assert.Equal((code, "file"), (error.Text("code"), error.Text("param")));
    }

    [Fact]
    public async Task A_body_above_the_bound_is_refused_before_it_is_read()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files") { Content = new EndlessContent((256L << 20) + 1) };
        request.Headers.ExpectContinue = true;
        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)response.StatusCode);
        Assert.Empty(gateway.Stored("files"));
    }

    [Fact]
    public async Task Nothing_is_taken_while_the_disk_is_nearly_full_or_the_server_stops()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var gate = (EngineGate)gateway.Services.GetService(typeof(EngineGate))!;
        gate.IsBelowMinimum = true;
        Assert.Equal("disk_full", (await PostBothAsync(gateway)).Single());
        gate.IsBelowMinimum = false;
        await gate.DrainAsync();
        Assert.Equal("shutting_down", (await PostBothAsync(gateway)).Single());
    }

    [Fact]
    public async Task Every_route_asks_for_a_key()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = (await gateway.UploadAsync()).Text("id");
        using var stranger = gateway.NewClient("sk-unknown");
        foreach (var (method, path) in new[]
        {
            ("POST", "/v1/files"), ("GET", "/v1/files"), ("GET", "/v1/files/" + id), ("DELETE", "/v1/files/" + id), ("GET", $"/v1/files/{id}/content"),
            ("POST", "/v1/videos/characters"), ("GET", "/v1/videos/characters/char_1"),
        })
        {
            Assert.Equal("invalid_api_key", (await gateway.SendAsync(new HttpMethod(method), path, client: stranger)).Error(401).Text("code"));
        }

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/files/" + id)).Status);
    }

    // The code of both routes, once.
    private static async Task<IEnumerable<string>> PostBothAsync(GatewayHost gateway)
    {
        using var file = Uploads.Form(("file", Uploads.Png), ("purpose", "vision"));
        using var character = Uploads.Form(("name", "Ada"), ("video", Uploads.Clip()));
        var first = (await gateway.PostAsync("/v1/files", file)).Error(503).Text("code");
        var second = (await gateway.PostAsync("/v1/videos/characters", character)).Error(503).Text("code");
        return new[] { first, second }.Distinct();
    }

    private sealed class EndlessContent : HttpContent
    {
        private readonly long _length;

        public EndlessContent(long length)
        {
            _length = length;
            Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        }

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            Task.FromException(new InvalidOperationException("The server asked for a body that it can only refuse."));

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
