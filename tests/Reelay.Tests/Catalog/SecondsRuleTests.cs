namespace Reelay.Tests.Catalog;

public class SecondsRuleTests
{
    [Theory]
    [InlineData("\"seconds\":8", 8)]
    [InlineData("\"seconds\":8.0", 8)]
    [InlineData("\"seconds\":8e0", 8)]
    [InlineData("\"seconds\":\"8\"", 8)]
    [InlineData("\"seconds\":\"8.0\"", 8)]
    [InlineData("\"seconds\":\"8s\"", 8)]
    [InlineData("\"seconds\":\" 8S \"", 8)]
    [InlineData("\"seconds\":\"08\"", 8)]
    [InlineData("\"duration\":12", 12)]
    [InlineData("\"duration\":\"12s\"", 12)]
    [InlineData("\"durationSeconds\":20", 20)]
    [InlineData("\"duration_seconds\":16", 16)]
    [InlineData("\"seconds\":\"8\",\"duration\":8.0", 8)]
    [InlineData("\"seconds\":8,\"metadata\":{\"durationSeconds\":\"8\"}", 8)]
    [InlineData("\"seconds\":null", 4)]
    [InlineData("\"seconds\":\"\"", 4)]
    [InlineData("\"n\":1", 4)]
    public async Task Seconds_are_read_and_echoed(string field, int expected)
    {
        var order = await Orders.AcceptAsync($$"""{"prompt":"x",{{field}}}""");
        Assert.Equal(expected, order.Seconds);
        Assert.Equal(expected.ToString(), order.SecondsEcho);
        Assert.Empty(order.Warnings);
    }

    [Theory]
    [InlineData("5.5")]
    [InlineData("\"5.5\"")]
    [InlineData("8.0000001")]
    [InlineData("0")]
    [InlineData("-4")]
    [InlineData("61")]
    [InlineData("5")]
    [InlineData("60")]
    [InlineData("1e400")]
    [InlineData("99999999999999999999")]
    [InlineData("\"eight\"")]
    [InlineData("\"8m\"")]
    [InlineData("\"s\"")]
    [InlineData("\"8,0\"")]
    [InlineData("\"0x8\"")]
    [InlineData("\"NaN\"")]
    [InlineData("true")]
    [InlineData("[8]")]
    [InlineData("{\"a\":8}")]
    public async Task Other_lengths_are_refused_with_what_is_allowed(string value)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x","seconds":{{value}}}""");
        Assert.Equal((400, "invalid_seconds", "seconds"), (error.Status, error.Code, error.Param));
    }

    [Fact]
    public async Task The_refusal_names_field_value_model_and_lengths()
    {
        var error = await Orders.RefuseAsync("""{"prompt":"x","duration":5}""");
        Assert.Equal("duration", error.Param);
        Assert.Equal("`duration` = `5` is not allowed. `sora-2` makes 4, 8, 12, 16, 20 seconds.", error.Message);
    }

    [Theory]
    [InlineData("\"seconds\":4,\"duration\":8")]
    [InlineData("\"duration\":\"8\",\"duration_seconds\":12")]
    [InlineData("\"seconds\":4,\"parameters\":{\"seconds\":8}")]
    [InlineData("\"seconds\":4,\"metadata\":{\"duration\":8}")]
    public async Task Lengths_that_differ_conflict(string fields)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x",{{fields}}}""");
        Assert.Equal((400, "conflicting_parameters"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("wan", 4)]
    [InlineData("lab", 4)]
    public async Task Absent_seconds_are_4_where_allowed(string model, int expected) =>
        Assert.Equal(expected, (await Orders.AcceptAsync($$"""{"prompt":"x","model":"{{model}}"}""")).Seconds);

    [Fact]
    public async Task Absent_seconds_are_the_models_default_where_4_is_not_allowed() =>
        Assert.Equal(5, (await Orders.AcceptAsync("""{"prompt":"x","model":"lab"}""", Orders.Terms with { CanServe = id => id == "lab:large" })).Seconds);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task A_self_hosted_model_makes_any_length(int seconds) =>
        Assert.Equal(seconds, (await Orders.AcceptAsync($$"""{"prompt":"x","model":"wan","seconds":{{seconds}}}""")).Seconds);
}
