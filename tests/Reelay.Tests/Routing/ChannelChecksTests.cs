using Reelay.Server.Routing;
using Reelay.Server.Routing.Sources;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

public sealed class ChannelChecksTests
{
    private static readonly ProviderSet Providers = new();

    [Theory]
    [InlineData("http://127.0.0.1:9000/v1", true)]
    [InlineData("http://[::1]/v1", true)]
    [InlineData("http://10.1.2.3/v1", true)]
    [InlineData("http://192.168.0.9/v1", true)]
    [InlineData("http://172.31.0.1/v1", true)]
    [InlineData("http://[fd00::1]/v1", true)]
    [InlineData("http://localhost:8000", true)]
    [InlineData("http://vllm:8000", true)]
    [InlineData("http://gpu.cluster.local", true)]
    [InlineData("https://api.openai.com/v1", true)]
    [InlineData("http://api.openai.com/v1", false)]
    [InlineData("http://1.1.1.1/v1", false)]
    [InlineData("http://0x08080808/v1", false)]
    [InlineData("http://[2606:4700::1111]/v1", false)]
    [InlineData("http://local.example.com.", false)]
    [InlineData("https://api.openai.com/v1?key=x", false)]
    [InlineData("https://", false)]
    [InlineData("/v1", false)]
    [InlineData("", false)]
    public void An_address_is_https_or_private(string url, bool isRight) =>
        Assert.Equal(isRight, !Find(new() { BaseUrl = url }).Any(mistake => mistake.Field == "base_url"));

    [Theory]
    [InlineData("Authorization", "x")]
    [InlineData("proxy-authorization", "x")]
    [InlineData("HOST", "x")]
    [InlineData("Content-Length", "3")]
    [InlineData("content-anything", "x")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Cookie", "x")]
    [InlineData("bad name", "x")]
    [InlineData("", "x")]
    [InlineData("x-split", "a\r\nAuthorization: b")]
    [InlineData("x-wide", "ä")]
    public void Headers_that_are_not_a_channels_are_refused(string name, string value) =>
        Assert.Contains(Find(new() { BaseUrl = "https://upstream.example.com", Headers = { [name] = value } }), mistake => mistake.Field == "headers");

    [Fact]
    public void Values_out_of_bounds_name_their_setting()
    {
        var config = new ChannelConfig
        {
            BaseUrl = "https://upstream.example.com",
            Provider = "kling",
            Models = "kling-v1-6, kling-v1-6, =x",
            Groups = " , ",
            Weight = 0,
            CostFactor = double.NaN,
            SubmissionsPerMinute = -1,
            MaxInFlightPerModel = { ["kling-v99"] = 1, ["kling-v1-6"] = -1 },
            Proxy = "socks5://10.0.0.1",
            AccessKey = "half",
        };
        string[] fields = ["access_key", "cost_factor", "groups", "max_in_flight_per_model", "models", "proxy", "submissions_per_minute", "weight"];
        Assert.Equal(fields, Find(config).Select(mistake => mistake.Field!).Distinct().Order());
        Assert.Empty(Find(new() { BaseUrl = "https://upstream.example.com", Headers = { ["x-title"] = "Reelay" }, Proxy = "http://user:word@10.0.0.1:3128" }));
        Assert.Null(Assert.Single(Find(new() { BaseUrl = "https://upstream.example.com" }, id: "a/b")).Field);
    }

    [Fact]
    public async Task Additional_headers_are_sent_and_replace_nothing()
    {
        var upstream = new RecordingUpstream().Answer(200, "{}");
        using var http = ChannelHttp.For(new() { Headers = { ["x-title"] = "ours", ["X-Request-Id"] = "ours" } }, () => new HttpMessageInvoker(upstream));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/") { Headers = { { "x-request-id", "the provider's" } } };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(("ours", "the provider's"), (upstream.Request.Headers["x-title"], upstream.Request.Headers["x-request-id"]));
    }

    [Fact]
    public async Task Calls_go_through_the_proxy_with_its_user()
    {
        var seen = "";
        await using var proxy = await LoopbackServer.StartAsync(context =>
        {
            if (context.Request.Headers.ProxyAuthorization.Count == 0)
            {
                context.Response.StatusCode = 407;
                context.Response.Headers.ProxyAuthenticate = "Basic realm=proxy";
                return Task.CompletedTask;
            }

            seen = $"{context.Request.Host} {context.Request.Headers.ProxyAuthorization}";
            return context.Response.WriteAsync("through the proxy");
        });
        var address = new UriBuilder(proxy.Url) { UserName = "me", Password = "word" }.Uri.AbsoluteUri;
        using var http = ChannelHttp.For(new() { Proxy = address }, () => throw new InvalidOperationException("directly"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/v1/models");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("through the proxy", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("upstream.test Basic bWU6d29yZA==", seen);
    }

    private static List<ChannelMistake> Find(ChannelConfig config, string id = "own") => [.. ChannelChecks.Find(id, config, Providers, [])];
}
