using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class SettingsTests
{
    [Fact]
    public void The_process_renders_for_people_on_port_8090_and_keeps_its_state()
    {
        SandboxOptions options = From();
        Assert.Equal((8090, RenderMode.Full, 6.0, "./data"), (options.Port, options.Render, options.Duration, options.DataFolder));
        Assert.Null(options.Urls);
    }

    [Fact]
    public void Settings_are_read_by_name()
    {
        SandboxOptions options = From(
            ("Reelay:Sandbox:Render", "cached"), ("Reelay:Sandbox:Duration", "0.5"), ("REELAY_DATA", "/srv/reelay"),
            ("Reelay:Sandbox:Models:vllm:0", "my-model"), ("Reelay:Sandbox:Credentials:openai:0", "sk-mine"),
            ("urls", "http://127.0.0.1:9"));
        Assert.Equal((RenderMode.Cached, 0.5, "/srv/reelay"), (options.Render, options.Duration, options.DataFolder));
        Assert.Equal(["my-model"], options.ModelsOf("vllm", "other"));
        Assert.Equal(["sk-mine"], options.CredentialsOf("openai", "other"));
        Assert.Equal("http://127.0.0.1:9", options.Urls);
    }

    [Fact]
    public void A_port_of_its_own_outranks_the_address_of_every_server() =>
        Assert.Null(From(("urls", "http://127.0.0.1:8080"), ("Reelay:Sandbox:Port", "8091")).Urls);

    [Theory]
    [InlineData("Port", "70000")]
    [InlineData("Duration", "-1")]
    [InlineData("Render", "pretty")]
    [InlineData("MaxRunning", "-1")]
    public void A_bad_setting_is_named(string name, string value)
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => From(($"Reelay:Sandbox:{name}", value)));
        Assert.Contains(name, refusal.Message);
    }

    [Fact]
    public void Every_fault_word_is_documented()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reelay.slnx")))
            folder = folder.Parent;
        string docs = File.ReadAllText(Path.Combine(folder!.FullName, "docs", "sandbox.md"));
        foreach (string word in Fault.Words)
            Assert.Contains($"`[{word}]`", docs);
    }

    private static SandboxOptions From(params (string Name, string Value)[] settings) => SandboxOptions.From(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build());
}
