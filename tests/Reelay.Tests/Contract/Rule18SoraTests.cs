namespace Reelay.Tests.Contract;

/// <summary>Rule 18: the Sora names, their sizes and lengths.</summary>
public sealed class Rule18SoraTests
{
    [Theory]
    [InlineData("sora-2", "720x1280", "1280x720")]
    [InlineData("sora-2-2025-10-06", "720x1280", "1280x720")]
    [InlineData("sora-2-2025-12-08", "720x1280", "1280x720")]
    [InlineData("sora-2-pro", "720x1280", "1280x720", "1024x1792", "1792x1024", "1080x1920", "1920x1080")]
    [InlineData("sora-2-pro-2025-10-06", "720x1280", "1280x720", "1024x1792", "1792x1024", "1080x1920", "1920x1080")]
    public async Task Every_size_at_every_length(string model, params string[] sizes)
    {
        foreach (var size in sizes)
        {
            foreach (var seconds in new[] { 4, 8, 12, 16, 20 })
            {
                await Cases.StoredAsync($"model:'{model}', size:'{size}', seconds:'{seconds}'", $"model={model} mode=t2v size={size} seconds={seconds} audio=on echo={seconds}/{size}");
            }
        }
    }

    [Theory]
    [InlineData("model:'sora-2', size:'1024x1792'", "400 invalid_size size", "`1024x1792` | `sora-2` makes 720x1280, 1280x720 | `sora-2-pro`")]
    [InlineData("model:'sora-2', size:'1080x1920'", "400 invalid_size size", "`sora-2-pro`")]
    [InlineData("model:'sora-2-2025-12-08', size:'1792x1024'", "400 invalid_size size", "`sora-2-pro`")]
    [InlineData("model:'sora-2-pro', seconds:6", "400 invalid_seconds seconds", "`6` | `sora-2-pro` makes 4, 8, 12, 16, 20 seconds")]
    public Task Others_are_refused_and_say_who_can(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Theory]
    [InlineData("model:'sora-2'", "seconds=4 size=720x1280 price=$0.4")]
    [InlineData("model:'sora-2-pro'", "seconds=4 size=720x1280 price=$1.2")]
    public Task Their_defaults_are_the_published_ones(string request, string stored) => Cases.StoredAsync(request, stored);
}
