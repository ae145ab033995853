using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Routing.Sources;

namespace Reelay.Tests.Routing;

/// <summary>How channels come together, and what becomes of them when a source changes.</summary>
public sealed class ChannelRegistryTests : IDisposable
{
    private const string Own = "channels:\n  own:\n    base_url: http://10.0.0.5/v1\n    api_key: ";
    private readonly ChannelWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Later_sources_change_what_they_name_and_nothing_else()
    {
        _world.Sandbox = new() { Enabled = true, Mix = true, Port = 9000 };
        _world.Settings["OPENAI_BASE_URL"] = "http://10.0.0.1/v1";
        _world.Settings["OPENAI_API_KEY"] = "of-the-environment";
        _world.Settings["Reelay:Channels:openai:Weight"] = "200";
        _world.Settings["Reelay:Channels:openai:Priority"] = "1";
        _world.WriteFile("channels:\n  openai: {priority: 2, max_in_flight: 5}\n  sandbox_kling: {api_key: of-the-file}");
        Admin("openai", new JsonObject { ["max_in_flight"] = 6 });
        var registry = _world.Open();

        var openai = registry.Channels.Find("openai")!.Config;
        Assert.Equal(("http://10.0.0.1/v1", "of-the-environment", 200, 2, 6), (openai.BaseUrl, openai.ApiKey, openai.Weight, openai.Priority, openai.MaxInFlight));
        Assert.Equal("admin", registry.Drafts["openai"].Source);
        Assert.Equal("environment", registry.Drafts["openai-images"].Source);

        // A key in place of the pair below it, not beside it.
        Assert.Equal("of-the-file", Assert.IsType<ProviderCredential.ApiKey>(registry.Channels.Find("sandbox_kling")!.Account.Credential).Value);
        Assert.Equal("file", registry.Drafts["sandbox_kling"].Source);
    }

    [Fact]
    public void A_change_of_the_file_replaces_channels_and_models_and_keeps_what_did_not_change()
    {
        _world.WriteFile("channels:\n  a: {base_url: http://10.0.0.1/v1, models: wan=wan2.2}\n  b: {base_url: http://10.0.0.2/v1}");
        var registry = _world.Open();
        var (a, b) = (registry.Channels.Find("a")!, registry.Channels.Find("b")!);
        a.State.TakeAnyway("sora-2");
        b.State.TakeAnyway("sora-2");
        var changes = 0;
        registry.Changed = () => changes++;
        registry.Look();
        Assert.Equal(0, changes);

        _world.WriteFile("channels:\n  a: {base_url: http://10.0.0.1/v1, models: flux=flux-dev}\n  b: {base_url: http://10.0.0.2/v1}\n  c: {base_url: http://10.0.0.3/v1}");
        registry.Look();

        Assert.Equal(1, changes);
        Assert.Equal(["a", "b", "c"], registry.Channels.All.Select(channel => channel.Id).Order());
        Assert.Same(b, registry.Channels.Find("b"));
        Assert.NotSame(a, registry.Channels.Find("a"));
        Assert.Same(a.State, registry.Channels.Find("a")!.State);
        Assert.Equal(a.CredentialVersion, registry.Channels.Find("a")!.CredentialVersion);
        Assert.Null(registry.Channels.Now.Catalog.Find("wan"));
        Assert.NotNull(registry.Channels.Now.Catalog.Find("flux"));
    }

    [Theory]
    [InlineData("channels: [")]
    [InlineData("channels:\n  own: {base_url: http://10.0.0.9/v1, wieght: 1}\n  other: {provider: nobody}")]
    [InlineData("\u0001\u0002")]
    public void A_bad_change_leaves_everything_as_it_was_and_is_told_in_one_line(string text)
    {
        _world.WriteFile(Own + "sk-first-secret-0001");
        var registry = _world.Open();
        var before = registry.Channels.Now;
        _world.WriteFile(text);
        registry.Look();
        registry.Look();

        Assert.Same(before, registry.Channels.Now);
        var line = Assert.Single(_world.Log);
        Assert.StartsWith("Error " + _world.FilePath, line);
        Assert.DoesNotContain('\n', line);
        if (text.Contains("nobody")) Assert.All(["wieght", "nobody", ":2: own.wieght"], word => Assert.Contains(word, line));

        _world.WriteFile(Own + "sk-third-secret-0003");
        registry.Look();
        Assert.Equal(2, registry.Channels.Find("own")!.CredentialVersion);
    }

    [Fact]
    public void A_file_that_vanishes_leaves_everything_as_it_was()
    {
        _world.WriteFile(Own + "sk-first-secret-0001");
        var registry = _world.Open();
        var before = registry.Channels.Now;
        File.Delete(_world.FilePath);
        registry.Look();
        Assert.Same(before, registry.Channels.Now);
        Assert.Contains("cannot be read", Assert.Single(_world.Log));
    }

    [Fact]
    public void An_open_attempt_keeps_the_credential_it_was_sent_with_also_after_a_restart()
    {
        _world.WriteFile(Own + "sk-first-secret-0001");
        var registry = _world.Open();
        var first = registry.Channels.Find("own")!;
        _world.WriteOpenAttempt(first);
        var attempt = ChannelWorld.Attempt(first);

        _world.WriteFile(Own + "sk-second-secret-0002");
        registry.Look();
        Assert.Equal("sk-second-secret-0002", KeyOf(registry.Channels.Find("own")));
        Assert.Equal(2, registry.Channels.Find("own")!.CredentialVersion);
        Assert.Same(first, registry.Channels.Find(attempt));

        foreach (var settings in new[] { Own + "sk-second-secret-0002", "channels: {}" })
        {
            _world.WriteFile(settings);
            registry = _world.Open();
            Assert.Equal("sk-first-secret-0001", KeyOf(registry.Channels.Find(attempt)));
            Assert.Equal("own", registry.Channels.Find("own")!.Id);
        }

        Assert.Empty(registry.Channels.All);
        Assert.DoesNotContain("-secret-", _world.DatabaseText());
    }

    [Fact]
    public void What_drains_is_forgotten_once_nothing_is_open_and_nothing_can_be_on_its_way()
    {
        _world.WriteFile(Own + "sk-first-secret-0001");
        var registry = _world.Open();
        var first = registry.Channels.Find("own")!;
        _world.WriteOpenAttempt(first);
        _world.WriteFile("channels: {}");
        registry.Look();
        Assert.Empty(registry.Channels.All);
        Assert.Empty(registry.Channels.Servable);
        Assert.Same(first, registry.Channels.Find("own"));

        _world.Time.Advance(ChannelVersions.Grace * 2);
        registry.Look();
        Assert.Same(first, registry.Channels.Find("own"));

        _world.EndAttempts();
        _world.Time.Advance(TimeSpan.FromMinutes(2));
        registry.Look();
        Assert.Null(registry.Channels.Find("own"));
        Assert.Empty(_world.Store.ListVersions());
    }

    [Fact]
    public void A_channel_that_is_switched_off_drains_and_comes_back_as_the_same_account()
    {
        _world.WriteFile(Own + "sk-first-secret-0001");
        var registry = _world.Open();
        var first = registry.Channels.Find("own")!;
        first.State.TakeAnyway("sora-2");
        _world.WriteFile(Own + "sk-first-secret-0001\n    enabled: false");
        registry.Look();
        Assert.Empty(registry.Channels.All);
        Assert.Same(first, registry.Channels.Find(ChannelWorld.Attempt(first)));

        _world.WriteFile(Own + "sk-first-secret-0001");
        registry.Look();
        var back = Assert.Single(registry.Channels.All);
        Assert.Equal((1, 1), (back.CredentialVersion, back.State.InFlight));
        Assert.Empty(registry.Channels.Draining);
    }

    [Fact]
    public void A_credential_that_comes_back_while_it_is_kept_has_its_number_again()
    {
        foreach (var (key, version) in new[] { ("one", 1), ("two", 2), ("one", 1), ("three", 3), ("one", 1) })
        {
            _world.WriteFile(Own + "sk-secret-" + key);
            Assert.Equal(version, _world.Open().Channels.Find("own")!.CredentialVersion);
        }

        _world.WriteFile("channels:\n  own: {base_url: http://10.0.0.6/v1, api_key: sk-secret-one}");
        Assert.Equal(4, _world.Open().Channels.Find("own")!.CredentialVersion);
        Assert.Equal([1, 2, 3], _world.Registry!.Channels.Draining.Select(channel => channel.CredentialVersion));
        Assert.Single(_world.Registry.Channels.Draining.Append(_world.Registry.Channels.Find("own")!).Select(channel => channel.State).Distinct());
    }

    [Fact]
    public void A_row_of_the_admin_api_whose_base_is_gone_stops_neither_start_nor_change()
    {
        Admin("openai", new JsonObject { ["weight"] = 5 });
        Admin("gone", [], isRemoved: true);
        _world.Settings["Reelay:Channels:gone:BaseUrl"] = "http://10.0.0.1/v1";
        _world.WriteFile("channels:\n  own: {base_url: http://10.0.0.1/v1}");
        var registry = _world.Open();
        Assert.Equal(["own"], registry.Channels.All.Select(channel => channel.Id));
        Assert.Contains("channel openai of the admin API is left out", Assert.Single(_world.Notes));
    }

    [Fact]
    public void A_model_that_its_vendor_has_switched_off_is_told_once_for_each_channel_that_names_it()
    {
        const string vendor = "{base_url: https://api.openai.com/v1, api_key: sk-secret-one, models: ";
        _world.WriteFile($"channels:\n  own: {vendor}'sora-2, gpt-image-2'}}");
        var registry = _world.Open();
        Assert.Contains("The channel own names sora-2, which api.openai.com has switched off", Assert.Single(_world.Notes));

        _world.WriteFile($"channels:\n  own: {vendor}'sora-2, gpt-image-2', weight: 5}}");
        registry.Look();
        Assert.Equal(5, registry.Channels.Find("own")!.Config.Weight);
        Assert.Empty(Warnings());

        _world.WriteFile($"channels:\n  own: {vendor}'sora-2, mine=sora-2-pro'}}\n  other: {vendor}sora-2}}");
        registry.Look();
        Assert.Equal(["Warning The channel own names mine=sora-2-pro", "Warning The channel other names sora-2"], Warnings().Select(line => line[..line.IndexOf(',')]));

        IEnumerable<string> Warnings() => _world.Log.Where(line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_through_the_admin_api_that_is_wrong_writes_nothing()
    {
        var registry = _world.Open();
        Assert.Contains("base_url", Assert.Single(registry.Save("own", (_, now) => new("own", new JsonObject { ["base_url"] = "nowhere" }, now, now, null))));
        Assert.Empty(_world.Store.ListAdmin());
        Assert.Empty(registry.Save("own", (_, now) => new("own", new JsonObject { ["base_url"] = "https://up.example.com", ["api_key"] = "sk-admin-secret" }, now, now, null)));
        Assert.Equal("sk-admin-secret", KeyOf(_world.Open().Channels.Find("own")));
        Assert.DoesNotContain("sk-admin", _world.DatabaseText());
    }

    [Fact]
    public void A_password_in_an_address_is_taken_from_the_configuration_alone_and_kept_encrypted()
    {
        _world.Settings["Reelay:Channels:old:BaseUrl"] = "http://painter:pa55word@10.0.0.1/v1";
        _world.WriteFile("channels:\n  own: {base_url: 'http://painter:pa66word@10.0.0.1/v1'}");
        var message = Assert.Throws<InvalidOperationException>(_world.Open).Message;
        Assert.Contains(":2: own.base_url: the address must hold no user", message);
        Assert.DoesNotContain("a66word", message);
        _world.WriteFile("channels: {}");
        Assert.Equal("painter:pa55word", Assert.Single(_world.Open().Channels.All).Account.BaseUrl.UserInfo);
        Assert.DoesNotContain("pa55word", _world.DatabaseText());
    }

    private void Admin(string id, JsonObject settings, bool isRemoved = false) => _world.Admin.Save(new(id, settings, 1, 1, isRemoved ? 1 : null));

    private static string KeyOf(ProviderChannel? channel) => Assert.IsType<ProviderCredential.ApiKey>(channel!.Account.Credential).Value;
}
