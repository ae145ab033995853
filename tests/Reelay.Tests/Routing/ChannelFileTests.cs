using Reelay.Server.Routing.Sources;

namespace Reelay.Tests.Routing;

/// <summary>The file of channels: what it says, and how each mistake is told.</summary>
public sealed class ChannelFileTests
{
    [Fact]
    public void Every_setting_can_be_written()
    {
        using var world = new ChannelWorld();
        world.Settings["OWN__KEY"] = "from-the-environment";
        world.WriteFile(
            """
            # what we have
            channels:
              own:
                provider: openai
                base_url: http://10.0.0.5:8000/v1
                api_key_env: OWN__KEY
                models: [wan=Wan-AI/Wan2.2, other]
                groups: [default, "stable"]
                enabled: true
                priority: -3
                weight: 250
                cost_factor: 0.5
                max_in_flight: 8
                max_in_flight_per_model: {other: 2}
                submissions_per_second: 1.5
                submissions_per_minute: 60
                call_seconds: 90
                expected_seconds: 45.5
                min_poll_milliseconds: 500
                callbacks: false
                proxy: http://me:secret@10.0.0.1:3128
                headers: {x-title: Reelay, X-Team: "12"}
                options: {profile: vllm_omni, fixed_fields: {seed: 7}}
            """);

        var config = world.Open().Channels.Find("own")!.Config;

        Assert.Equal(("openai", "http://10.0.0.5:8000/v1", "from-the-environment"), (config.Provider, config.BaseUrl, config.ApiKey));
        Assert.Equal(("wan=Wan-AI/Wan2.2,other", "default,stable", true, -3, 250), (config.Models, config.Groups, config.IsEnabled, config.Priority, config.Weight));
        Assert.Equal((0.5, 8, 2, 1.5, 60), (config.CostFactor, config.MaxInFlight, config.MaxInFlightPerModel["other"], config.SubmissionsPerSecond, config.SubmissionsPerMinute));
        Assert.Equal((90, 45.5, 500, false), (config.CallSeconds, config.ExpectedSeconds, config.MinPollMilliseconds, config.Callbacks));
        Assert.Equal(("http://me:secret@10.0.0.1:3128", "Reelay", "12"), (config.Proxy, config.Headers["x-title"], config.Headers["X-Team"]));
        Assert.Equal("""{"seed":7}""", config.Options["fixed_fields"]);
        Assert.NotNull(world.Registry!.Channels.Now.Catalog.Find("wan"));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_each_with_its_line_and_without_secrets()
    {
        using var world = new ChannelWorld();
        world.WriteFile(
            """
            colour: blue
            channels:
              one:
                base_url: http://8.8.8.8/v1
                api_key: sk-must-not-be-shown
                wieght: 5
                weight: heavy
              two:
                provider: nobody
                base_url: gopher://upstream
                max_in_flight: -1
                submissions_per_second: 2000
              three:
                provider: seedance
                base_url: https://api.example.com
                models: seedance-v99
                access_key_env: NOT_THERE
                headers: {Authorization: Bearer sk-must-not-be-shown, content-type: text/plain}
              one:
                base_url: https://twice.example.com
              four: 7
              five:
                base_url: https://upstream.example.com/v1
                options: {profile: unheard-of}
                priority:
            """);

        var message = Assert.Throws<InvalidOperationException>(world.Open).Message;

        string[] told =
        [
            ":1: there is no key 'colour'", ":4: one.base_url: http://8.8.8.8/v1 is plain http to a public host", ":6: one.wieght: there is no setting 'wieght'; there are provider,",
            ":7: one.weight: weight takes a whole number", ":9: two.provider: there is no provider 'nobody'; there are dashscope, google_omni, google_veo", ":10: two.base_url: 'gopher://upstream'",
            ":11: two.max_in_flight: ", ":12: two.submissions_per_second: ", ":16: three.models: seedance has no model 'seedance-v99'; it has ",
            ":17: three.access_key_env: there is no environment variable NOT_THERE", ":18: three.headers: Authorization cannot be added",
            ":18: three.headers: content-type cannot be added", ":19: 'one' stands here a second time; the first is on line 3", ":21: four: must map settings",
            ":24: five.options: ", ":25: five.priority: has no value",
        ];
        Assert.All(told, text => Assert.Contains(world.FilePath + text, message));
        Assert.DoesNotContain("must-not-be-shown", message);
    }

    [Theory]
    [InlineData("channels: [", ":2: this is no YAML")]
    [InlineData("channels:\n  a: {api_key: &here sk-secret}", ":2: anchors")]
    [InlineData("channels:\n  a: &x {base_url: https://a.example.com}\n  b: *x", ":3: aliases")]
    [InlineData("channels:\n  a: !!python/object {}", ":2: tags")]
    [InlineData("- a\n- b", ":1: the file must hold one key, channels")]
    [InlineData("channels: [a]", ":1: channels must map")]
    [InlineData("channels: {}\n---\nchannels: {}", ":2: the file holds one document")]
    [InlineData("\u0000\u0001\u0002", ":1: the file must hold one key, channels")]
    public void What_is_no_such_file_is_told_without_its_text(string text, string told)
    {
        using var world = new ChannelWorld();
        world.WriteFile(text);
        var message = Assert.Throws<InvalidOperationException>(world.Open).Message;
        Assert.True(message.Contains(world.FilePath + told, StringComparison.Ordinal), message);
        Assert.DoesNotContain("sk-secret", message);
    }

    [Fact]
    public void A_file_that_is_not_there_or_too_large_is_refused_by_name()
    {
        using var world = new ChannelWorld();
        world.File = new ChannelFile(world.FilePath, new ConfigurationBuilder().Build());
        Assert.Contains("Reelay__ChannelsFile names this file, which cannot be read", Assert.Throws<InvalidOperationException>(world.Open).Message);
        world.WriteFile("#" + new string('x', ChannelFile.MaxBytes));
        Assert.Contains("larger than", Assert.Throws<InvalidOperationException>(world.Open).Message);
    }

    [Fact]
    public void Deeply_nested_text_is_refused_and_an_empty_file_says_nothing()
    {
        using var world = new ChannelWorld();
        world.WriteFile(string.Concat(Enumerable.Repeat("[", 5000)));
        Assert.Contains("this is no YAML", Assert.Throws<InvalidOperationException>(world.Open).Message);
        world.WriteFile("# nothing yet\n");
        Assert.Empty(world.Open().Channels.All);
    }
}
