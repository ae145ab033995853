using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Routing;

namespace Reelay.Tests.Routing;

public sealed class ChannelSourcesTests
{
    private static readonly ProviderSet Providers = new();

    [Fact]
    public void Without_settings_there_is_no_channel() => Assert.Empty(Read([]));

    [Fact]
    public void Vendor_variables_make_a_channel()
    {
        var channels = Read(new()
        {
            ["OPENAI_BASE_URL"] = "http://elsewhere.test/v1",
            ["OPENAI_VIDEO_BASE_URL"] = "http://upstream.test/v1/",
            ["OPENAI_API_KEY"] = "secret",
            ["OPENAI_VIDEO_PROFILE"] = "vllm_omni",
            ["OPENAI_VIDEO_MODELS"] = "wan=wan2.2",
            ["OPENAI_IMAGE_PROFILE"] = "compatible",
            ["OPENAI_IMAGE_MODELS"] = "flux=flux-dev",
        });
        Assert.Equal(("flux=flux-dev", "compatible"), (channels["openai-images"].Models, channels["openai-images"].Options["profile"]));
        Assert.Equal(["openai", "openai-images"], channels.Keys.Order());
        var channel = new { Value = channels["openai"] };
        Assert.Equal(("http://elsewhere.test/v1", "secret", 300), (channels["openai-images"].BaseUrl, channels["openai-images"].ApiKey, channels["openai-images"].CallSeconds));
        Assert.Equal(("http://upstream.test/v1", "secret", "wan=wan2.2"), (channel.Value.BaseUrl, channel.Value.ApiKey, channel.Value.Models));
        Assert.Equal("vllm_omni", channel.Value.Options["profile"]);
    }

    [Fact]
    public void A_key_without_an_address_makes_no_video_channel() =>
        Assert.Equal("https://api.openai.com/v1", Assert.Single(Read(new() { ["OPENAI_API_KEY"] = "secret" }), pair => pair.Key == "openai-images").Value.BaseUrl);

    [Fact]
    public void The_sandbox_wins_over_vendor_variables_and_says_so_unless_both_are_wanted()
    {
        var environment = new Dictionary<string, string?> { ["OPENAI_BASE_URL"] = "http://upstream.test/v1" };
        var notes = new List<string>();
        var sandbox = Read([], new() { Enabled = true }).Keys.ToList();
        Assert.All(sandbox.Where(id => id != "vendor"), id => Assert.StartsWith("sandbox_", id, StringComparison.Ordinal));
        Assert.Contains("sandbox_openai", sandbox);
        Assert.Equal(sandbox.Order(), Read(environment, new() { Enabled = true }, notes).Keys.Order());
        Assert.Contains("Reelay__Sandbox__Mix", Assert.Single(notes));

        notes.Clear();
        Assert.Equal(sandbox.Append("openai").Order(), Read(environment, new() { Enabled = true, Mix = true }, notes).Keys.Order());
        Assert.Empty(notes);
    }

    [Fact]
    public void The_configuration_changes_and_adds_channels()
    {
        var channels = Read(
            new()
            {
                ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "3",
                ["Reelay:Channels:own:BaseUrl"] = "http://upstream.test/v1",
                ["Reelay:Channels:own:Options:profile"] = "sglang",
            },
            new() { Enabled = true, Port = 9000, Duration = 2 });
        Assert.Equal((3, "http://127.0.0.1:9000/openai/v1"), (channels["sandbox_openai"].MaxInFlight, channels["sandbox_openai"].BaseUrl));
        Assert.Equal((2, 200), (channels["sandbox_openai"].ExpectedSeconds, channels["sandbox_openai"].MinPollMilliseconds));
        Assert.Equal("sglang", channels["own"].Options["profile"]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://localhost:8080/v1", true)]
    [InlineData("http://127.0.0.1:8080", "http://[::1]:8080/v1", true)]
    [InlineData("http://gateway.test:8080", "http://gateway.test:8080/v1", true)]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080/v1", true)]
    [InlineData("http://[::]:8080", "http://localhost:8080/v1", true)]
    [InlineData("http://*:8080", "http://localhost:8080/v1", true)]
    [InlineData("http://+:8080", "http://127.0.0.1:8080/v1", true)]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8090/v1", false)]
    [InlineData("http://127.0.0.1:8080", "http://upstream.test:8080/v1", false)]
    [InlineData("http://*:8080", "http://upstream.test:8080/v1", false)]
    public void The_servers_own_address_is_refused(string urls, string baseUrl, bool isOwn)
    {
        var mistakes = ChannelSources.FindMistakes("own", new ChannelConfig { BaseUrl = baseUrl }, Providers, ChannelSources.OwnAddresses(urls)).ToList();
        if (isOwn) Assert.Contains("own address", Assert.Single(mistakes));
        else Assert.Empty(mistakes);
    }

    [Fact]
    public void Every_mistake_is_told_at_once_and_names_its_setting()
    {
        var builder = new ChannelBuilder(Providers, () => throw new InvalidOperationException("no channel may be built"), TimeProvider.System);
        var configs = new Dictionary<string, ChannelConfig>
        {
            ["first"] = new() { BaseUrl = "ftp://upstream.test", CallSeconds = 0, MaxInFlight = -1 },
            ["second"] = new() { BaseUrl = "http://upstream.test", Provider = "nobody" },
            ["third"] = new() { BaseUrl = "http://127.0.0.1:8080", Options = new() { ["profile"] = "unheard-of" } },
        };

        var message = Assert.Throws<InvalidOperationException>(() => builder.Build(configs, ChannelSources.OwnAddresses("http://127.0.0.1:8080"))).Message;

        string[] places =
        [
            "Reelay:Channels:first:BaseUrl", "CallSeconds", "MaxInFlight", "Reelay:Channels:second:Provider", "'nobody'",
            "Reelay:Channels:third:BaseUrl", "Reelay:Channels:third:Options",
        ];
        Assert.All(places, place => Assert.Contains(place, message));
    }

    [Fact]
    public void Channels_with_one_credential_at_one_host_share_a_vendor_account()
    {
        var builder = new ChannelBuilder(Providers, () => new HttpMessageInvoker(new SocketsHttpHandler()), TimeProvider.System);
        ChannelConfig At(string url, string key, string models = "") => new() { BaseUrl = url, ApiKey = key, Models = models };
        var built = builder.Build(
            new Dictionary<string, ChannelConfig>
            {
                ["a"] = At("http://upstream.test/v1", "one"),
                ["b"] = At("http://upstream.test/other/", "one", "sora-2"),
                ["c"] = At("http://upstream.test/v1", "two", "mine=wan2.2, plain"),
            },
            []);
        var channels = new ChannelSet(built.Channels);

        Assert.Equal(channels.Find("a")!.VendorAccount, channels.Find("b")!.VendorAccount);
        Assert.NotEqual(channels.Find("a")!.VendorAccount, channels.Find("c")!.VendorAccount);
        Assert.Equal("http://upstream.test/other", channels.Find("b")!.Account.BaseUrl.AbsoluteUri);
        Assert.Equal(["sora-2"], channels.Find("b")!.UpstreamModels);
        Assert.Equal(["mine", "plain"], built.Added.Select(model => model.Name).Order());
        Assert.Contains("openai@c:wan2.2", channels.Servable);
        Assert.IsType<ProviderCredential.ApiKey>(channels.Find("a")!.Account.Credential);
        Assert.DoesNotContain("one", channels.Find("a")!.Account.Credential.ToString());
    }

    private static Dictionary<string, ChannelConfig> Read(Dictionary<string, string?> settings, SandboxSettings? sandbox = null, List<string>? notes = null) =>
        ChannelSources.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), sandbox ?? new(), new ProviderSet(), notes ?? []);
}
