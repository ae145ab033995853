using Reelay.Server.Assets.Variants;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class VariantRecipeTests
{
    [Theory]
    [InlineData(4, 24.0, 5, 5, 25)]
    [InlineData(1, 24.0, 5, 5, 24)]
    [InlineData(0.5, 20.0, 4, 3, 10)]
    [InlineData(0.1, 10.0, 1, 1, 1)]
    [InlineData(0, 24.0, 1, 1, 1)]
    [InlineData(60, null, 5, 5, 25)]
    public void A_grid_has_never_more_tiles_than_there_are_frames(double seconds, double? fps, int columns, int rows, int tiles)
    {
        Assert.Equal((columns, rows, tiles), VariantRecipe.Grid(TimeSpan.FromSeconds(seconds), fps));
    }

    [Theory]
    [InlineData("video/mp4", "mov")]
    [InlineData("video/webm", "matroska")]
    [InlineData("image/gif", "gif")]
    public void The_reader_is_named_and_may_open_nothing_but_files(string contentType, string reader)
    {
        foreach (var kind in Enum.GetValues<VariantKind>())
        {
            foreach (var arguments in VariantRecipe.For(Order(contentType, kind), "source", "picture"))
            {
                var input = arguments[..Array.IndexOf(arguments, "-i")];
                Assert.Equal(reader, input[Array.IndexOf(input, "-f") + 1]);
                Assert.Equal("file", input[Array.IndexOf(input, "-protocol_whitelist") + 1]);
                Assert.Equal("picture", arguments[^1]);
            }
        }
    }

    [Fact]
    public void A_length_that_leads_behind_the_end_has_the_beginning_to_fall_back_on()
    {
        var tries = VariantRecipe.For(Order("video/mp4", VariantKind.Thumbnail), "source", "picture");
        Assert.Equal([true, false], tries.Select(arguments => arguments.Contains("-ss")));
        Assert.Equal("2.5", tries[0][Array.IndexOf(tries[0], "-ss") + 1]);
        Assert.Empty(VariantRecipe.For(Order("audio/mpeg", VariantKind.Thumbnail), "source", "picture"));
    }

    private static VariantOrder Order(string contentType, VariantKind kind) =>
        new(Rows.Asset(Rows.Task()) with { ContentType = contentType }, kind, TimeSpan.FromSeconds(5));
}
