using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Api;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 21: what links begin with, and whose word about it is believed.</summary>
public sealed class LinkBaseTests
{
    private const string Own = "(own)";

    private static readonly string[] NoHeaders = [];
    private static readonly string[] Usual = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: media.example"];

    /// <summary>Settings, headers of a request from this machine, and the base of the links it is answered with.</summary>
    private static readonly (string Name, string[] Settings, (string[] Headers, string Base)[] Rows)[] Servers =
    [
        ("by default nobody is believed", [],
        [
            (NoHeaders, Own),
            (Usual, Own),
            (["Forwarded: for=203.0.113.9;proto=https;host=media.example"], Own),
            (["X-Forwarded-Prefix: /gate"], Own),
            (["Host: gateway.example:8443"], "http://gateway.example:8443"),
        ]),
        ("this machine is believed where it is named", ["Reelay:TrustedProxies=127.0.0.1"],
        [
            (NoHeaders, Own),
            (Usual, "https://media.example"),
            (["X-Forwarded-Host: media.example:8443"], "http://media.example:8443"),
            (["X-Forwarded-Proto: https", "Host: gateway.example"], "https://gateway.example"),

            // What callers put before the proxy's own words is no proxy's.
            (["X-Forwarded-For: 198.51.100.1, 203.0.113.9", "X-Forwarded-Proto: http, https", "X-Forwarded-Host: evil.example, media.example"], "https://media.example"),
            (["X-Forwarded-Host: me/dia.example"], Own),
            (["Forwarded: for=203.0.113.9;proto=https;host=media.example"], Own),
        ]),
        ("a chain is followed as far as it is trusted", ["Reelay:TrustedProxies:0=127.0.0.0/8, ::1", "Reelay:TrustedProxies:1=10.0.0.0/8"],
        [
            (["X-Forwarded-For: 203.0.113.9, 10.1.2.3", "X-Forwarded-Proto: https, http", "X-Forwarded-Host: media.example, inner.example"], "https://media.example"),
            (["X-Forwarded-For: 203.0.113.9, 11.1.2.3", "X-Forwarded-Proto: https, http", "X-Forwarded-Host: media.example, inner.example"], "http://inner.example"),
        ]),
        ("another machine's trust is not this one's", ["Reelay:TrustedProxies=10.0.0.0/8,2001:db8::/32,192.0.2.7"], [(Usual, Own)]),
        ("the framework's own switch opens nothing", ["ForwardedHeaders_Enabled=true"], [(Usual, Own)]),
        ("a public address wins over everything", ["Reelay:TrustedProxies=127.0.0.1", "Reelay:PublicUrl=https://reelay.example/gate/"],
        [
            (NoHeaders, "https://reelay.example/gate"),
            (Usual, "https://reelay.example/gate"),
            (["Host: gateway.example"], "https://reelay.example/gate"),
        ]),
    ];

    public static TheoryData<string> Names => [.. Servers.Select(server => server.Name)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Links_begin_with_what_can_be_believed(string name)
    {
        var (_, settings, rows) = Servers.Single(server => server.Name == name);
        await using var gateway = await GatewayHost.StartAsync(settings.Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], string? (pair) => pair[1]));
        using var caller = await KeyDialectTests.CallerAsync(gateway, []);
        var own = gateway.BaseUrl.ToString().TrimEnd('/');
        var id = (await SendAsync(HttpMethod.Post, "/v1/videos", NoHeaders)).GetProperty("id").GetString()!;
        await SendAsync(HttpMethod.Get, $"/v1/videos/{id}?wait=60", NoHeaders);
        foreach (var (headers, expected) in rows)
        {
            var root = expected == Own ? own : expected;
            AssertLinks(await SendAsync(HttpMethod.Get, "/v1/videos/" + id, headers), root, id);
            AssertLinks((await SendAsync(HttpMethod.Get, "/v1/videos", headers)).GetProperty("data").EnumerateArray().Last(), root, id);

            // The only base that is kept: pushes have no request of their own.
            var created = await SendAsync(HttpMethod.Post, "/v1/videos", headers);
            Assert.Equal(root, gateway.Database(connection => connection.Scalar<string>(
                "SELECT base_url FROM tasks WHERE id = @id", ("@id", created.GetProperty("id").GetString()!))));
        }

        async Task<JsonElement> SendAsync(HttpMethod method, string path, string[] headers)
        {
            using var request = new HttpRequestMessage(method, path);
            if (method == HttpMethod.Post) request.Content = new StringContent("""{"prompt": "a red boat"}""", null, "application/json");
            foreach (var line in headers)
            {
                var (key, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 2)..]);
                if (key == "Host") request.Headers.Host = value;
                else Assert.True(request.Headers.TryAddWithoutValidation(key, value));
            }

            using var response = await caller.SendAsync(request, Cancellation);
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True((int)response.StatusCode == 200, text);
            return JsonDocument.Parse(text).RootElement;
        }
    }

    [Fact]
    public async Task The_sandboxs_key_does_not_pass_a_trusted_proxy_either()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:TrustedProxies"] = "127.0.0.1" });
        gateway.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");
        Assert.Equal(401, (await gateway.SendAsync(HttpMethod.Get, "/v1/models")).Status);
    }

    [Fact]
    public async Task Our_own_links_are_known_under_the_public_address_with_its_path()
    {
        // Nobody could fetch them over HTTP: the name leads nowhere.
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:PublicUrl"] = "https://reelay.invalid:443/gate/" });
        var picture = await gateway.OrderAsync(body: new { model = "gpt-image-2", prompt = "a fox", size = "16:9" });
        var link = (await gateway.FinishAsync(picture)).GetProperty("output_url").GetString()!;
        Assert.Equal($"https://reelay.invalid/gate/v1/videos/{picture}/content", link);
        var next = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model = "gpt-image-2", prompt = "in winter", image = link }));
        Assert.Equal("completed", next.GetProperty("status").GetString());
        Assert.Equal("edit", next.GetProperty("effective").GetProperty("mode").GetString());
    }

    [Theory]
    [InlineData("Reelay:TrustedProxies", "localhost")]
    [InlineData("Reelay:TrustedProxies", "10.0.0.0/33")]
    [InlineData("Reelay:TrustedProxies", "10.0.0.1, 300.1.1.1")]
    [InlineData("Reelay:TrustedProxies", "*")]
    [InlineData("Reelay:PublicUrl", "reelay.example")]
    [InlineData("Reelay:PublicUrl", "/gate")]
    [InlineData("Reelay:PublicUrl", "ftp://reelay.example")]
    [InlineData("Reelay:PublicUrl", "https://reelay.example/?a=b")]
    [InlineData("Reelay:PublicUrl", "https://me:secret@reelay.example/")]
    public async Task A_setting_that_cannot_be_meant_stops_the_start(string setting, string value)
    {
        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => GatewayHost.StartAsync(new() { [setting] = value }));
        Assert.Contains(setting.Split(':')[1], exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value.Split(", ")[^1]}'", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertLinks(JsonElement video, string root, string id)
    {
        Assert.Equal($"{root}/v1/videos/{id}/content", video.GetProperty("output_url").GetString());
        foreach (var link in new[] { video.GetProperty("video_url"), video.GetProperty("url"), video.GetProperty("metadata").GetProperty("url") })
            Assert.StartsWith($"{root}/v1/videos/{id}/content?expires=", link.GetString());
    }
}
